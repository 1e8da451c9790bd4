"""The page on which a review is decided."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from factcheck.editorial.models import EditorialEvent, Proposal, Publisher, Review
from factcheck.editorial.proposals import review_policy, workflow
from tests.editorial.desk.addresses import decision
from tests.editorial.test_comments import say
from tests.journeys.browser import Browser, signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_administrator, submitted
from tests.support.refusals import refused


def decides(newsroom: Newsroom, proposal: Proposal) -> Browser:
    return signed_in(newsroom.editor).open(decision(proposal, "decide"))


def test_home_page_leads_to_the_decision(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    editor = signed_in(newsroom.editor).open("/admin/").follow("Video nước lũ là của năm 2020")
    assert editor.path == decision(proposal, "decide")
    editor.press("Approve and publish")
    assert "Approved and published." in editor.text
    assert editor.follow("The public page").path == f"/reviews/{proposal.review_id}/"


def test_every_sentence_of_the_checklist_is_ticked_before_the_approval(newsroom: Newsroom) -> None:
    """On the code before, a review was published with five empty boxes. The workflow asks too, without the form."""
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(checklist="Đã gọi cho người quay phim.\n\n  Ảnh đã được kiểm tra.  ").press("Save")
    proposal, sentences = submitted(newsroom), ["Đã gọi cho người quay phim.", "Ảnh đã được kiểm tra."]
    with refused("incomplete"):
        workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest, checked=sentences[:1])
    editor = decides(newsroom, proposal).fill(checked=sentences[1:])
    editor.press("Approve and publish")
    assert "Tick every sentence of the checklist." in editor.text
    assert not editor.has_button("Publish now")
    editor.fill(checked=sentences).press("Approve and publish")
    event = EditorialEvent.objects.get(action="publication.approved")
    assert event.detail["checked"] == sentences
    told = signed_in(newsroom.chief).open(f"/admin/editorial/editorialevent/{event.pk}/change/").text
    assert "ticked on the checklist: Đã gọi cho người quay phim., Ảnh đã được kiểm tra." in told


def test_new_newsroom_begins_with_a_checklist(database: None) -> None:
    page = signed_in(make_administrator()).open("/admin/editorial/publisher/add/")
    assert page.value("checklist").splitlines()[2] == "The verdict follows from the text."


@pytest.mark.parametrize(
    ("entered", "button", "refusal"),
    [
        ({"hold_until": "2126-01-01T10:00"}, "Approve and publish", "Choose “Approve and hold”, or delete the time"),
        (
            {"reason": "Ghi rõ ngày."},
            "Approve and publish",
            "Return the review with the message, or delete the message",
        ),
        ({"reason": "Ghi rõ ngày."}, "Approve and hold", "Return the review with the message, or delete the message"),
        ({}, "Approve and hold", "Enter the time at which the review is to be published."),
        ({"hold_until": "soon"}, "Approve and hold", "Enter a date and a time."),
        ({"hold_until": "2020-01-01T10:00"}, "Approve and hold", "This time has already passed."),
        ({}, "Return with a message", "Explain what has to change"),
    ],
)
def test_button_refuses_what_it_would_ignore(module_newsroom, entered, button, refusal):
    proposal = submitted(module_newsroom)
    editor = decides(module_newsroom, proposal).fill(**entered)
    editor.press(button)
    assert refusal in editor.text
    for name, value in entered.items():
        assert editor.value(name) == value
    proposal.refresh_from_db()
    assert not proposal.decision


def test_time_is_in_the_newsrooms_zone(newsroom: Newsroom) -> None:
    Publisher.objects.update(time_zone="Asia/Ho_Chi_Minh")
    proposal = submitted(newsroom)
    until = (
        (timezone.now() + timedelta(days=1)).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).replace(second=0, microsecond=0)
    )
    editor = decides(newsroom, proposal)
    assert "Hanoi time (UTC+7)" in editor.text
    editor.fill(hold_until=until.strftime("%Y-%m-%dT%H:%M")).press("Approve and hold")
    proposal.refresh_from_db()
    assert proposal.hold_until == until
    assert f"{until:%H:%M}" in editor.text


def test_changes_messages_and_links_of_a_correction(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(body="Xem [bản gốc](https://goc.example/).")
    newsroom.open_correction(review, headline="Video nước lũ là của tháng 10 năm 2020")
    first = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.return_(proposal=first, by=newsroom.second, reason="Tóm tắt chưa rõ.")
    Review.objects.filter(pk=review.pk).update(summary="Sai. Đoạn video được quay tháng 10 năm 2020.")
    say(newsroom, review.sources.all()[0], "Đã ghi rõ tháng.")
    editor = decides(newsroom, workflow.submit(subject=review, by=newsroom.reporter))
    (returned,) = re.findall(
        r'<section class="earlier">.*?</section> </section>', html := " ".join(editor.html.split())
    )
    (published,) = re.findall(r'<div id="changes">(.*?)</dl>', html)
    # The message, the writer's answer and the change are together. Before, the answer was nowhere.
    parts = ("Tóm tắt chưa rõ.", "Answer by reporter", "Đã ghi rõ tháng.", "Changes since the review was returned")
    assert sorted(parts, key=returned.index) == list(parts)
    assert "tháng 10 " in returned
    assert "Headline" not in returned
    assert "Headline" in published
    assert "Summary" in published
    assert "Tóm tắt chưa rõ." in editor.text
    assert re.search(r"<h2[^>]*>.{,200}<ins>.{,80}tháng 10 ", editor.html, re.DOTALL)  # inside the text
    links = re.findall(r"<a [^>]*https://goc.example/[^>]*>", editor.html)
    assert links
    assert all('target="_blank"' in link for link in links)


def test_withdrawal_is_approved_on_the_same_page(newsroom: Newsroom, live: Review) -> None:
    asked = review_policy.withdraw(review=live, by=newsroom.reporter, reason="Nguồn đã rút số liệu.")
    editor = signed_in(newsroom.second).open("/admin/").follow("Video nước lũ là của năm 2020")
    assert "Nguồn đã rút số liệu." in editor.text
    assert not editor.has_button("Approve and hold")
    editor.press("Approve")
    asked.refresh_from_db()
    assert asked.entry_id is not None


@pytest.mark.prove
def test_return_key_publishes_nothing(newsroom: Newsroom) -> None:
    Publisher.objects.update(checklist="The verdict follows from the text.")
    proposal = submitted(newsroom)
    with desk_of(newsroom.editor, decision(proposal, "decide").removeprefix("/admin/")) as page:
        page.get_by_label("The verdict follows from the text.").press("Enter")
        expect(page.get_by_text("Approve and hold until …")).to_be_visible()
        page.get_by_text("Approve and hold until …").click()
        page.get_by_label("Publish at").fill("2126-01-01T10:00")
        page.get_by_label("Publish at").press("Enter")
        expect(page.get_by_label("Publish at")).to_have_value("2126-01-01T10:00")
        assert page.url.endswith("/decide/")
        page.get_by_label("Publish at").fill("")
        expect(page.get_by_role("button", name="Approve and publish")).to_be_visible()
        page.get_by_label("The verdict follows from the text.").check()
        page.get_by_role("button", name="Approve and publish").click()
        expect(page.get_by_text("Approved and published.")).to_be_visible()
