"""Reviews that are approved and published at once, and reviews that are held until a time."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from factcheck.editorial.desk.deciding import proposal_actions
from factcheck.editorial.drafts.review_statements import build_statement
from factcheck.editorial.models import EditorialEvent, Job, Membership, Proposal, Review
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.freeze_policy import freeze_publishing
from factcheck.editorial.proposals.publication import append_approved
from factcheck.record import publish
from factcheck.record.errors import NoPictureRoom
from factcheck.record.log import entries
from factcheck.record.models import LogEntry
from tests.editorial.desk.addresses import decision
from tests.editorial.test_defences import added, insert_revision
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, submitted
from tests.support.refusals import refused
from tests.support.working import work_off

pytestmark = pytest.mark.one_database


def held(newsroom: Newsroom, until: datetime | None = None) -> Proposal:
    proposal = submitted(newsroom)
    until = until or timezone.now() + timedelta(hours=1)
    return workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest, hold_until=until)


def due(newsroom: Newsroom) -> Proposal:
    """A held review whose time has just come."""
    proposal = held(newsroom)
    let_the_time_come(proposal)
    proposal.refresh_from_db()
    return proposal


def let_the_time_come(proposal: Proposal) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE editorial_proposal DISABLE TRIGGER USER")
        cursor.execute("UPDATE editorial_proposal SET hold_until = now() WHERE id = %s", [proposal.pk])
        cursor.execute("ALTER TABLE editorial_proposal ENABLE TRIGGER USER")
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE args->>'proposal' = %s", [str(proposal.pk)]
        )


def test_approval_and_publication_are_one_transaction(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    proposal = submitted(newsroom)
    with refused("changed_since"):
        workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest="0" * 64)
    with refused("not_allowed"):
        workflow.approve_and_publish(proposal=proposal, by=newsroom.reporter, digest=proposal.digest)
    with monkeypatch.context() as broken:
        broken.setattr(entries, "insert", lambda *_arguments: (_ for _ in ()).throw(DatabaseError("gone")))
        with pytest.raises(DatabaseError):
            workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
    proposal.refresh_from_db()
    assert (proposal.decision, LogEntry.objects.count()) == ("", 0)
    entry = workflow.approve_and_publish(
        proposal=proposal, by=newsroom.editor, digest=proposal.digest, checked=["I opened every source."]
    )
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by, proposal.entry) == ("approved", newsroom.editor, entry)
    approved, published = EditorialEvent.objects.order_by("-pk")[:2][::-1]
    assert (approved.action, published.action) == ("publication.approved", "review.original")
    assert approved.detail == {"digest": proposal.digest, "checked": ["I opened every source."]}


def test_what_takes_effect_on_approval_is_published_once(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    proposal = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
    newsroom.withdraw_review(review)
    assert LogEntry.objects.count() == 2
    demand = workflow.submit(subject=newsroom.make_demand(), by=newsroom.reporter)
    with refused("wrong_value"):
        workflow.approve(proposal=demand, by=newsroom.editor, digest=demand.digest, hold_until=timezone.now())


def test_worker_publishes_at_the_time_in_the_approvers_name(newsroom: Newsroom, database: str) -> None:
    proposal = held(newsroom, timezone.now() + timedelta(hours=1))
    assert workflow.publish_held(proposal) is None  # the time hasn't come
    work_off("default")
    assert not LogEntry.objects.exists()
    let_the_time_come(proposal)
    work_off("default")
    entry = LogEntry.objects.get()
    proposal.refresh_from_db()
    assert proposal.entry == entry
    assert proposal.hold_until is not None
    assert entry.at >= proposal.hold_until
    event = EditorialEvent.objects.get(action="review.original")
    assert event.actor == newsroom.editor
    assert workflow.publish_held(proposal) is None
    assert [job.status for job in Job.objects.filter(task_name=workflow.HELD)] == ["succeeded"]


def test_time_must_come(newsroom: Newsroom, database: str) -> None:
    proposal = submitted(newsroom)
    with refused("wrong_value"):
        workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest, hold_until=timezone.now())
    assert not Job.objects.filter(task_name=workflow.HELD).exists()


@pytest.mark.parametrize("when", ["9999-12-31T23:59", "2027-03-14T02:30", "2027-11-07T01:30"])
def test_time_is_within_a_year_and_not_when_the_clocks_change(newsroom: Newsroom, when: str, database: str) -> None:
    """In New York, the last minute of 9999 is in the year 10000 in UTC, and Python can't read it any more."""
    newsroom.publisher.time_zone = "America/New_York"
    newsroom.publisher.save()
    proposal = submitted(newsroom)
    page = signed_in(newsroom.editor).open(decision(proposal, "decide"))
    page.fill(hold_until=when).press("Approve and hold")
    assert page.codes == {"wrong_value"} if when > "9999" else "this time doesn’t exist or exists twice" in page.text
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.hold_until) == ("", None)


def test_demand_is_not_held_as_a_review_is(newsroom: Newsroom) -> None:
    demand = workflow.submit(subject=newsroom.make_demand(), by=newsroom.reporter)
    assert client_of(newsroom.editor).post(decision(demand, "hold"), {"digest": demand.digest}).status_code == 404


def test_changed_draft_is_not_published_and_editors_are_told(newsroom, monkeypatch, database):
    proposal = due(newsroom)
    Review.objects.filter(pk=proposal.review_id).update(summary="Khác hẳn.")
    work_off("default")
    assert not LogEntry.objects.exists()
    assert [job.status for job in Job.objects.filter(task_name=workflow.HELD)] == ["succeeded"]
    editor = signed_in(newsroom.second).open("/admin/")
    assert "It is being published." in editor.text
    monkeypatch.setattr(proposal_actions, "LATE", timedelta(0))
    assert "but not published. After submission, someone changed the review" in editor.open("/admin/").text
    editor.follow("Video nước lũ là của năm 2020")
    assert "but not published. After submission, someone changed the review" in editor.text
    editor.press("Publish")
    assert "After submission, someone changed the review" in editor.text
    editor.fill(reason="Nguồn đã đổi.").press("Return with a message")
    assert "Returned." in editor.text


def test_worker_tries_again_when_the_clean_room_answers(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """Before, a review whose time came while the room was stopped was never published."""
    proposal = due(newsroom)
    with monkeypatch.context() as patch:
        patch.setattr(publish, "publish", lambda *_: (_ for _ in ()).throw(NoPictureRoom("The clean room is away.")))
        work_off("default")
    assert not LogEntry.objects.exists()
    job = Job.objects.get(args__proposal=proposal.pk)
    assert (job.status, job.attempts) == ("todo", 1)
    let_the_time_come(proposal)
    work_off("default")
    assert LogEntry.objects.count() == 1


def test_frozen_newsroom_publishes_nothing_and_return_stays_possible(newsroom: Newsroom, database: str) -> None:
    proposal = due(newsroom)
    freeze_publishing(newsroom=newsroom.publisher, by=newsroom.chief, reason="Tài khoản bị chiếm.")
    work_off("default")
    assert not LogEntry.objects.exists()
    assert workflow.find_obstacle(proposal) is not None
    workflow.return_(proposal=proposal, by=newsroom.second, reason="Chờ đã.")
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.hold_until) == ("returned", None)


def test_editor_who_lost_the_role_publishes_nothing(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    proposal = due(newsroom)
    monkeypatch.setattr(proposal_actions, "LATE", timedelta(0))
    membership = Membership.objects.using("owner").filter(user=newsroom.editor)
    membership.update(role="reporter")
    work_off("default")
    assert not LogEntry.objects.exists()
    assert f"{newsroom.editor} approved this and is no longer an Editor." in proposal_actions.hold_notice(proposal)
    membership.update(role="editor")
    assert "The reason is gone" in proposal_actions.hold_notice(proposal)


def test_returned_hold_is_not_published_by_its_old_job(newsroom: Newsroom, database: str) -> None:
    proposal = held(newsroom)
    workflow.return_(proposal=proposal, by=newsroom.second, reason="Chưa chắc.")
    again = workflow.submit(subject=proposal.subject, by=newsroom.reporter)
    later = timezone.now() + timedelta(hours=1)
    workflow.approve(proposal=again, by=newsroom.editor, digest=again.digest, hold_until=later)
    let_the_time_come(proposal)
    work_off("default")
    assert not LogEntry.objects.exists()


def test_publish_now_names_the_person(newsroom: Newsroom) -> None:
    proposal = held(newsroom)
    with refused("not_allowed"):
        workflow.publish(proposal=proposal, by=newsroom.reporter)
    page = signed_in(newsroom.second).open(decision(proposal, "decide"))
    assert "Held until" in page.text
    page.press("Publish now")
    assert "Published." in page.text
    proposal.refresh_from_db()
    assert proposal.released_by == newsroom.second
    assert proposal.entry_id is not None
    event = EditorialEvent.objects.get(action="publication.released")
    assert event.actor == newsroom.second


# Round the application: with its own role in the database, and its connection.


def test_held_review_never_gets_an_entry_early(newsroom: Newsroom, database: str) -> None:
    proposal = held(newsroom)
    policy, statement = workflow.policy_of(proposal), build_statement(proposal.review).to_json_object()  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="it is held until"), transaction.atomic():
        append_approved(policy, [proposal], newsroom.editor)
    with pytest.raises(IntegrityError, match="it is held until"):  # the entry's own time is in 100 years
        insert_revision(proposal.review, added(statement), proposal)  # type: ignore[arg-type]
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "hold_until = NULL",
        "hold_until = now() - interval '1 day'",
        "hold_until = hold_until + interval '1 day'",
        "hold_until = NULL, decided_at = now()",
    ],
)
def test_time_of_a_hold_does_not_change(newsroom: Newsroom, change: str) -> None:
    proposal = held(newsroom)
    with pytest.raises(IntegrityError, match="what was submitted or decided cannot be changed"):
        update(proposal, change)


def test_only_an_editor_releases_a_hold_and_only_once(newsroom: Newsroom) -> None:
    proposal = held(newsroom)
    refusal = "only an Editor of the deciding newsroom publishes before the time"
    with pytest.raises(IntegrityError, match=refusal):
        update(proposal, f"released_by_id = {newsroom.reporter.pk}")
    update(proposal, f"released_by_id = {newsroom.second.pk}")
    for other in (newsroom.chief.pk, "NULL"):
        with pytest.raises(IntegrityError, match="cannot be changed"):
            update(proposal, f"released_by_id = {other}")


def test_undecided_review_has_no_hold(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    for change in ("hold_until = now()", f"released_by_id = {newsroom.editor.pk}"):
        with pytest.raises(IntegrityError, match="proposal_hold_of_a_review|cannot be changed"):
            update(proposal, change)


def update(proposal: Proposal, change: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE editorial_proposal SET {change} WHERE id = %s", [proposal.pk])
