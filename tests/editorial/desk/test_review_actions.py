"""Actions on a review, as buttons and pages: who is offered it, and what becomes of a press."""

import re
from typing import Any

import pytest

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.action_views import DeskAction
from factcheck.editorial.desk.deciding import proposal_actions, review_actions
from factcheck.editorial.models import EditorialEvent, Proposal, Review, User
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import LogEntry
from tests.editorial.desk.addresses import action_url, decision, page
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_user, waiting

pytestmark = pytest.mark.one_database


def offered(user: User, review: Review) -> list[DeskAction[Any]]:
    """The buttons on the review's page: for its open proposal, and for the review itself."""
    review.refresh_from_db()
    at = Desk(user)
    return [
        *proposal_actions.available_actions(at, workflow.open_proposal(review)),
        *(review_actions.ACTIONS[name] for name in review_actions.available_actions(at, review)),
    ]


def names(user: User, review: Review) -> list[str]:
    return [each.name for each in offered(user, review)]


def test_buttons_follow_role_and_state(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    colleague = make_user("colleague")
    give_role(colleague, newsroom.publisher, "reporter")
    assert names(newsroom.reporter, review) == ["submit", "discard"]
    assert names(colleague, review) == []
    assert names(newsroom.editor, review) == ["submit", "discard"]
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    assert names(newsroom.reporter, review) == ["take-back"]
    assert names(colleague, review) == []
    assert names(newsroom.editor, review) == ["approve-and-publish", "hold", "return"]
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    assert names(newsroom.reporter, review) == ["take-back"]
    assert names(newsroom.second, review) == ["publish", "return"]
    workflow.publish(proposal=waiting(review), by=newsroom.editor)
    assert names(newsroom.reporter, review) == ["correct", "withdraw"]
    assert names(colleague, review) == ["withdraw"]
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="Một chữ.")
    assert names(newsroom.reporter, review) == ["submit", "withdraw", "discard-changes"]
    newsroom.withdraw_review(review)
    assert names(newsroom.reporter, review) == ["correct", "reinstate"]
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="Một chữ.")
    assert names(newsroom.reporter, review) == ["reinstate", "discard-changes"]
    assert names(newsroom.editor, review) == ["reinstate", "redact", "erase", "discard-changes"]
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/")
    assert lan.text.count("erase the published revisions and keep this draft") == 2
    assert not lan.has_button("Save and submit for approval")
    lan.open(f"/admin/editorial/review/{review.pk}/do/submit/")
    assert "This review has been withdrawn. Reinstate the review before you submit a correction" in lan.text
    review_policy.reinstate(review=review, by=newsroom.second, reason="Đúng.")
    assert names(newsroom.second, review) == ["take-back"]
    assert names(newsroom.editor, review) == ["approve", "return"]


def test_red_is_for_what_takes_something_away(newsroom: Newsroom) -> None:
    review = newsroom.make_review()

    def red() -> list[str]:
        return [each.name for each in offered(newsroom.editor, review) if each.is_destructive]

    approval = workflow.submit(subject=review, by=newsroom.reporter)
    assert red() == []
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    assert red() == []
    lan = signed_in(newsroom.second).open(page(review))
    assert re.search('<a class="button default" [^>]*>Read and decide</a>', lan.html)
    assert re.search('class="default" value="Publish"', lan.follow("Read and decide").html)
    workflow.publish(proposal=waiting(review), by=newsroom.editor)
    assert red() == ["withdraw", "erase"]
    review_policy.withdraw(review=review, by=newsroom.reporter, reason="Nguồn đã bị gỡ.")
    assert red() == ["approve"]
    assert 'class="default removes" value="Approve"' in lan.open(decision(review, "approve")).html
    workflow.return_(proposal=waiting(review), by=newsroom.editor, reason="Chưa cần.")
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="Một chữ.")
    assert red() == ["withdraw", "redact", "erase", "discard-changes"]


def test_author_who_did_not_submit_may_return_and_not_approve(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    review.authorships.create(user=newsroom.editor)
    workflow.submit(subject=review, by=newsroom.reporter)
    assert names(newsroom.editor, review) == ["return"]


def test_looking_changes_nothing(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    before = (list(Proposal.objects.values()), list(Review.objects.values()), EditorialEvent.objects.count())
    editor = signed_in(newsroom.editor)
    pages = [action_url(review, name) for name in review_actions.ACTIONS]
    for address in (*pages, *(decision(review, name) for name in proposal_actions.ACTIONS)):
        editor.open(address)
        assert editor.status == 200
    assert (list(Proposal.objects.values()), list(Review.objects.values()), EditorialEvent.objects.count()) == before
    for address in (action_url(review, "unheard-of"), decision(review, "unheard-of"), action_url(review, "approve")):
        assert editor.open(address).status == 404


def test_stale_page_cannot_be_approved(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    editor = signed_in(newsroom.editor).open(decision(review, "decide"))
    workflow.take_back(proposal=waiting(review), by=newsroom.reporter)
    Review.objects.filter(pk=review.pk).update(summary="Khác hẳn.")
    workflow.submit(subject=review, by=newsroom.reporter)
    editor.press("Approve and publish")
    assert "This has already been decided. Reload the page to see the decision." in editor.text
    assert editor.path == page(review)
    assert "Khác hẳn." in editor.follow("Read and decide").text
    assert not Proposal.objects.filter(decision="approved").exists()


def test_reason_of_a_return_that_comes_too_late_is_still_there(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    editor = signed_in(newsroom.editor).open(decision(review, "return"))
    workflow.take_back(proposal=waiting(review), by=newsroom.reporter)
    editor.fill(reason="Ghi rõ ngày quay.").press("Return with a message")
    assert editor.codes == {"already_decided"}
    assert editor.value("reason") == "Ghi rõ ngày quay."


def test_decision_is_closed_to_strangers_and_says_what_it_leads_to(database: str) -> None:
    newsroom, stranger = make_newsroom(), make_newsroom("khac.example")
    review, demand = newsroom.make_review(), newsroom.make_demand()
    workflow.submit(subject=review, by=newsroom.reporter)
    workflow.submit(subject=demand, by=newsroom.reporter)
    for subject, name, told in (
        (review, "decide", "After publication, anyone can read this."),
        (demand, "approve", "it is published automatically on that day"),
    ):
        address = decision(subject, name)
        assert signed_in(stranger.chief).open(address).status == 404
        editor = signed_in(newsroom.editor).open(address)
        assert told in editor.text
        assert f"| {'Approve' if subject is demand else 'Read and decide'} |" in editor.html
        mine = signed_in(newsroom.reporter).open(address)
        assert "You can’t do this any more" in mine.text
        assert mine.open(decision(subject, "take-back")).press("Take back").text.count("Taken back.") == 1


def test_double_click_publishes_once(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    first, second = (signed_in(newsroom.editor).open(decision(review, "decide")) for _ in range(2))
    assert "Published." in first.press("Publish").text
    second.press("Publish")
    assert (
        "This can’t be published, because it has not been approved or is already public. Reload the page."
    ) in second.text
    assert second.path == page(review)
    assert LogEntry.objects.count() == 1


def test_refusal_keeps_what_was_typed(newsroom: Newsroom, live: Review) -> None:
    reporter = signed_in(newsroom.reporter).open(action_url(live, "correct"))
    reporter.fill(note="Một câu dài mà không ai muốn gõ lại.").press("Open a correction")
    assert reporter.codes == {"incomplete"}
    assert reporter.value("note") == "Một câu dài mà không ai muốn gõ lại."


def test_fields_of_a_verb_name_their_help_and_begin_with_a_capital(newsroom: Newsroom, live: Review) -> None:
    html = signed_in(newsroom.reporter).open(action_url(live, "correct")).html
    assert 'aria-describedby="id_note_helptext"' in html
    assert 'id="id_note_helptext">Readers will see this.' in html
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    html = signed_in(newsroom.reporter).open(f"/admin/editorial/demand/{demand.pk}/do/update/").html
    assert '<label for="id_note">What changes</label>' in html
