"""A demand through the desk's own forms and the API: written down, returned, approved, published, updated; and who may not."""

from datetime import timedelta

import pytest
from django.test import Client

from factcheck.editorial.models import Demand, Proposal, Review
from factcheck.editorial.proposals import demand_policy
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import sign_in
from tests.support.drafts import Newsroom, waiting

pytestmark = pytest.mark.one_database

PASSWORD = "a long enough secret"


@pytest.mark.prove
def test_demand_from_receipt_to_update(newsroom: Newsroom, live: Review) -> None:
    lan, minh = sign_in(newsroom.reporter.username, PASSWORD), sign_in(newsroom.editor.username, PASSWORD)

    lan.open("/admin/editorial/demand/add/")
    lan.choose("from_type", "private person").fill(received_on="2026-10-20", from_name="Nguyễn Văn A", asked="Gỡ bài.")
    lan.press("Save and submit for approval")
    assert "Private persons must not be named. Enter a description and leave the name empty." in lan.text
    lan.choose("from_type", "company").fill(from_name="Công ty Ví Dụ", review=str(live.pk))
    lan.press("Save and submit for approval")
    assert "Someone else will read this and decide." in lan.text
    assert "Company or organisation · received 20 October 2026" in lan.text
    lan.press("Submit for approval")
    assert "Submitted. Someone else now has to decide." in lan.text
    assert not lan.has_button("Save and go on")
    assert lan.has_link("Take back")
    assert not lan.has_link("Approve")

    minh.open("/admin/").follow("company or organisation: Công ty Ví Dụ, 20 October 2026").follow(
        "Return with a message"
    )
    minh.press("Return with a message")
    assert minh.codes == {"incomplete"}
    minh.fill(reason="Ghi rõ ngày trả lời.").press("Return with a message")
    lan.open("/admin/").follow("company or organisation: Công ty Ví Dụ, 20 October 2026")
    assert "returned the submission with this message: Ghi rõ ngày trả lời." in lan.text
    lan.choose("outcome", "refused").fill(done="Đã trả lời.", done_on="2026-10-22").press(
        "Save and submit for approval"
    )
    lan.press("Submit for approval")

    assert Client().get("/api/v1/demands/").json()["results"] == []
    minh.open("/admin/").follow("company or organisation: Công ty Ví Dụ, 20 October 2026").follow("Approve").press(
        "Approve"
    )
    assert "Approved." in minh.text
    minh.open("/admin/").follow("company or organisation: Công ty Ví Dụ, 20 October 2026").follow("Publish").press(
        "Publish"
    )
    assert "Published." in minh.text
    (published,) = Client().get("/api/v1/demands/").json()["results"]
    assert (published["from"]["name"], published["outcome"]) == ("Công ty Ví Dụ", "refused")
    assert published["review"] == {"id": str(live.pk)}
    assert minh.follow("The public page").status == 200

    demand = Demand.objects.get()
    lan.open(f"/admin/editorial/demand/{demand.pk}/change/").follow("Update the entry")
    lan.fill(note="Công ty đã rút yêu cầu.").press("Update the entry")
    assert "An update is open." in lan.text
    lan.press("Save and submit for approval")
    assert "Nothing has changed since the published revision. Change the draft before you submit it." in lan.text
    lan.follow("Back to the entry").choose("outcome", "taken back").press("Save and submit for approval")
    assert "Changes from the published revision" in lan.text
    assert "Outcome Removed: refused Added: taken back by the sender" in lan.text
    lan.press("Submit for approval")
    minh.open(f"/admin/editorial/demand/{demand.pk}/change/").follow("Approve")
    assert "What changed Công ty đã rút yêu cầu." in minh.text
    minh.press("Approve").follow("Publish").press("Publish")
    (published,) = Client().get("/api/v1/demands/").json()["results"]
    assert (published["outcome"], published["revision"]["number"], published["revision"]["note"]) == (
        "dropped", 2, "Công ty đã rút yêu cầu.",
    )  # fmt: skip
    revisions = Client().get(f"/api/v1/demands/{demand.pk}/revisions/").json()["results"]
    assert [revision["kind"] for revision in revisions] == ["published", "updated"]


def test_emptied_note_of_an_update_can_be_written_again(newsroom: Newsroom, database: str) -> None:
    demand = newsroom.make_demand()
    page = f"/admin/editorial/demand/{demand.pk}/change/"
    newsroom.publish_demand(demand)
    lan = sign_in(newsroom.reporter.username, PASSWORD).open(page)
    lan.follow("Update the entry").fill(note="Tòa đã bác yêu cầu.").press("Update the entry")
    lan.fill(change_note="", done="Tòa đã bác.").press("Save and go on")
    assert "This field is required." in lan.text
    Demand.objects.update(change_note="")  # as an earlier page could leave it
    lan.open(page).fill(change_note="Tòa tỉnh đã bác yêu cầu.", done="Tòa đã bác.")
    lan.press("Save and submit for approval").press("Submit for approval")
    assert Proposal.objects.get(decision="").note == "Tòa tỉnh đã bác yêu cầu."


def test_delayed_entry_shows_its_day_and_no_button(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand(publish_after=demand_policy.utc_today() + timedelta(days=1))
    newsroom.approve_demand(demand)
    minh = sign_in(newsroom.editor.username, PASSWORD).open(f"/admin/editorial/demand/{demand.pk}/change/")
    assert "It will be published automatically on" in minh.text
    assert not minh.has_link("Publish")
    minh.open(decision(waiting(demand), "publish"))
    assert "You can’t do this any more. Someone else may have acted first." in minh.text
