"""A call with a deadline of three hours: entered on a telephone while no Editor has the desk open, answered, published later."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from factcheck.editorial.models import Demand, Incident, Job, Publisher, Review, User
from factcheck.editorial.people import account_mail
from factcheck.editorial.proposals import demand_policy, workflow
from tests.journeys.browser import sign_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, waiting

KEY, TAP, SCREEN = 0.3, 1.2, 2.0  # seconds
CALLER, SAID = "Công an tỉnh Ví Dụ", "Gỡ bài nước lũ, nói tên người quay Quỳzạtẽ, không thì phạt."
PASSWORD = "a long enough secret"


@pytest.mark.prove
@pytest.mark.parametrize(
    ("language", "width", "record", "hours", "alarm"),
    [
        ("en", 390, "Record a demand", "in 3 hours", "Alarm the Editors"),
        ("en", 1440, "Record a demand", "in 3 hours", "Alarm the Editors"),
        ("vi", 390, "Ghi nhận yêu cầu gỡ, sửa bài", "trong 3 giờ", "Báo động cho các biên tập viên"),
        ("vi", 1440, "Ghi nhận yêu cầu gỡ, sửa bài", "trong 3 giờ", "Báo động cho các biên tập viên"),
    ],
)
def test_call_is_entered_and_alarms_within_two_minutes(
    newsroom: Newsroom, database: str, language: str, width: int, record: str, hours: str, alarm: str
) -> None:
    User.objects.using("owner").filter(pk=newsroom.chief.pk).update(email="chief@toasoan.example")
    Publisher.objects.update(time_zone="Asia/Ho_Chi_Minh")  # the button writes the time of this zone
    with desk_of(newsroom.reporter, "") as page:
        page.set_viewport_size({"width": width, "height": 844})
        page.context.set_extra_http_headers({"Accept-Language": language})
        page.reload()
        page.get_by_role("link", name=record).click()
        page.locator("#id_caller").fill(CALLER)
        page.locator("#id_said").fill(SAID)
        page.get_by_role("button", name=hours).click()
        button = page.get_by_role("button", name=alarm)
        place = button.bounding_box()
        height = page.evaluate("document.documentElement.scrollHeight")
        assert place is not None
        button.click()
        page.locator(".strip time").first.wait_for()
        clock = page.locator(".strip b").first.inner_text()
    seconds = KEY * len(CALLER + SAID) + TAP * 5 + SCREEN * 3  # home, form, the page that says who was alarmed
    assert seconds <= 120
    assert (height <= 1_300, place["y"] + place["height"] <= 844) == (True, True)  # 3,872 px before
    assert clock.startswith("02:59")
    row = Incident.objects.get()
    assert (row.caller, row.said, row.deadline is not None) == (CALLER, SAID, True)
    job = Job.objects.get(task_name="incidents.alarm", args__late=False)
    account_mail.send_alarm(**job.args)
    (sent,) = mail.outbox
    assert (sent.to, "Quỳzạtẽ" in str(sent.message())) == (["chief@toasoan.example"], False)


@pytest.mark.prove
def test_demand_is_answered_and_its_entry_is_public_after_its_delay_without_what_may_not_be_repeated(
    newsroom: Newsroom, live: Review, database: str
) -> None:
    row = Incident.objects.create(
        newsroom=newsroom.publisher, created_by=newsroom.reporter, review=live, caller=CALLER, said=SAID,
        deadline=timezone.now() + timedelta(hours=3), alarmed_at=timezone.now(),
    )  # fmt: skip
    page, minh = f"/admin/editorial/incident/{row.pk}/change/", sign_in(newsroom.editor.username, PASSWORD)
    minh.open("/admin/").follow(f"Demand entered by {newsroom.reporter}")
    minh.follow("Hold changes of the review").press("Hold changes of the review")
    assert "holds changes of a review until" in minh.text
    minh.fill(answer="Bài đúng, không gỡ.", outcome="refused", answered_at="16:00").press("Save")
    minh.follow("Start the public entry").choose("from_type", "police").fill(asked="Gỡ bài về nước lũ.")
    today = demand_policy.utc_today()
    minh.fill(withheld_reason="Luật cấm nhắc tên một người.", publish_after=today.isoformat())
    minh.press("Start the public entry").follow("The public entry")
    minh.press("Save and submit for approval").press("Submit for approval")
    demand = Demand.objects.get()
    workflow.approve(proposal=waiting(demand), by=newsroom.chief, digest=waiting(demand).digest)
    public = f"/api/v1/demands/{demand.pk}/"
    assert Client().get(public).status_code == 404
    call_command("publish_due_demands")  # as the worker does on the day
    entry = Client().get(public).json()
    assert (entry["delayed_until"], entry["channel"], entry["hours_given"]) == (today.isoformat(), None, 3)
    shown = Client().get(f"/demands/{demand.pk}/", follow=True).content.decode() + str(entry)
    assert ("Luật cấm nhắc tên một người." in shown, "Quỳzạtẽ" in shown, "không gỡ" in shown) == (True, False, False)
    assert page not in minh.open("/admin/").html
