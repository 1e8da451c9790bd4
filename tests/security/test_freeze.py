"""An editor is coerced or arrested: publishing is frozen by one person, and nothing gets past the freeze until two end it."""

import threading
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Authorship, EditorialEvent, Freeze, Membership, Proposal, Publisher, Review, User
from factcheck.editorial.models.kinds import Kind
from factcheck.editorial.proposals import freeze_policy, merge_policy, review_policy, workflow
from factcheck.editorial.proposals.import_policy import publish_import
from factcheck.record.models import LogEntry
from tests.editorial.proposal_kinds import MAKE
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom, make_user
from tests.support.refusals import refused
from tests.support.sql import approve_with_sql, run

REASON = "Tổng biên tập bị triệu tập."
FROZEN = "has frozen its publishing since"


def freeze(newsroom: Newsroom, by: User | None = None) -> Freeze:
    return freeze_policy.freeze_publishing(newsroom=newsroom.publisher, by=by or newsroom.chief, reason=REASON)


def end(frozen: Freeze, one: User, other: User) -> None:
    proposal = workflow.submit(subject=frozen, by=one)
    workflow.approve(proposal=proposal, by=other, digest=proposal.digest)


def approved(newsroom: Newsroom, subject: Any) -> Proposal:
    proposal = workflow.submit(subject=subject, by=newsroom.reporter)
    return workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest)


def test_nothing_of_a_frozen_newsroom_enters_the_log(
    newsroom: Newsroom, live: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_newsroom("khac.example")
    theirs = other.publish_claim("Lời đồn của tòa soạn khác.")
    waits, demand = approved(newsroom, newsroom.make_review()), approved(newsroom, newsroom.make_demand())
    batch = MAKE[Kind.IMPORT](newsroom)
    Authorship.objects.filter(review__proposals__batch=batch.batch).delete()  # the drafts are as they were submitted
    workflow.approve(proposal=batch, by=newsroom.editor, digest=batch.digest)
    merge = merge_policy.propose_merge(claim=theirs, into=live.claim, by=other.editor, note="Cùng một tin đồn.")
    withdrawal = review_policy.withdraw(review=live, by=newsroom.chief, reason="Bị ép.")
    frozen, entries = freeze(newsroom), LogEntry.objects.count()

    def attempts() -> None:
        for act in (
            lambda: workflow.publish(proposal=waits, by=newsroom.editor),
            lambda: workflow.publish(proposal=demand, by=newsroom.editor),
            lambda: publish_import(batch=batch.batch, by=newsroom.editor),  # type: ignore[arg-type]
            lambda: workflow.approve(proposal=merge, by=newsroom.editor, digest=merge.digest),
            lambda: workflow.approve(proposal=withdrawal, by=newsroom.editor, digest=withdrawal.digest),
        ):
            with pytest.raises((EditorialError, DatabaseError), match="frozen its publishing"):
                act()
        assert LogEntry.objects.count() == entries

    attempts()
    monkeypatch.setattr("factcheck.editorial.proposals.publication.require_not_frozen", lambda *_args: None)
    attempts()  # the database refuses too
    other.publish_new()  # other newsrooms publish on
    end(frozen, newsroom.chief, newsroom.editor)
    workflow.publish(proposal=waits, by=newsroom.editor)
    workflow.approve(proposal=merge, by=newsroom.editor, digest=merge.digest)


@pytest.mark.parametrize("person", ["reporter", "editor"])
def test_reporters_and_editors_cannot_freeze(newsroom: Newsroom, person: str) -> None:
    by = getattr(newsroom, person)
    with refused("not_allowed"):
        freeze(newsroom, by)
    with pytest.raises(DatabaseError, match="a Chief editor or an account administrator freezes"):
        run(
            "INSERT INTO editorial_freeze (newsroom_id, reason, begun_by_id, begun_at) VALUES (%s, 'x', %s, now())",
            newsroom.publisher.pk,
            by.pk,
        )
    assert signed_in(by).client.get("/admin/editorial/freeze/add/").status_code == 403


def test_one_person_cannot_end_a_freeze(newsroom: Newsroom) -> None:
    frozen = freeze(newsroom)
    proposal = workflow.submit(subject=frozen, by=newsroom.chief)
    with refused("needs_other_person"):
        workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    with refused("not_allowed"):
        workflow.approve(proposal=proposal, by=newsroom.reporter, digest=proposal.digest)
    workflow.return_(proposal=proposal, by=newsroom.editor, reason="Chưa an toàn.")
    for sql, message in {
        "UPDATE editorial_freeze SET ended_at = now()": "only two people can end it",
        "UPDATE editorial_freeze SET reason = 'x'": "only two people can end it",
        "UPDATE editorial_freeze SET newsroom_id = newsroom_id": "only two people can end it",
        "DELETE FROM editorial_freeze": "something about it was proposed",
        "TRUNCATE editorial_freeze CASCADE": "TRUNCATE|permission denied",
        f"UPDATE editorial_proposal SET decision = 'approved' WHERE id = {proposal.pk}": "cannot be changed",
    }.items():
        with pytest.raises(DatabaseError, match=message):
            run(sql)
    assert Freeze.objects.get().ended_at is None


def test_two_editors_without_a_chief_cannot_end_a_freeze(newsroom: Newsroom) -> None:
    frozen = freeze(newsroom)
    proposal = workflow.submit(subject=frozen, by=newsroom.editor)
    with refused("needs_chief_editor"):
        workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    with pytest.raises(DatabaseError, match=r"\(no_chief_editor\)"):
        approve_with_sql(proposal, newsroom.second)
    workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    assert Freeze.objects.get().ended_at is not None


def test_account_administrator_freezes_and_is_the_second_but_never_the_first(newsroom: Newsroom) -> None:
    root = make_user("root", is_superuser=True)
    frozen = freeze(newsroom, root)
    with refused("not_allowed"):
        workflow.submit(subject=frozen, by=root)
    Membership.objects.using("owner").exclude(user=newsroom.chief).delete()  # the only one who is left
    proposal = workflow.submit(subject=frozen, by=newsroom.chief)
    browser = signed_in(root).open(f"/admin/editorial/freeze/{frozen.pk}/change/")
    browser.follow("Approve").press("Approve")
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by) == ("approved", root)
    assert Freeze.objects.get().ended_at is not None


def test_administrator_with_an_editor_cannot_end_a_freeze(newsroom: Newsroom) -> None:
    root = make_user("root", is_superuser=True)
    proposal = workflow.submit(subject=freeze(newsroom), by=newsroom.editor)
    with refused("needs_chief_editor"):
        workflow.approve(proposal=proposal, by=root, digest=proposal.digest)


def test_freeze_waits_for_a_publication_that_has_begun(newsroom: Newsroom) -> None:
    """A publication that was committed during the freeze would contradict the freeze's time."""
    locked, done = threading.Event(), threading.Event()

    def publication() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT editorial_require_not_frozen(ARRAY[%s]::bigint[], 1)", [newsroom.publisher.pk])
            locked.set()
            assert not done.wait(1)
        connections.close_all()

    thread = threading.Thread(target=publication)
    thread.start()
    assert locked.wait(30)
    freeze(newsroom)
    assert not thread.is_alive() or thread.join(1) is None
    done.set()
    thread.join()


def test_due_demands_wait_without_a_failure(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    demand.publish_after = "2020-01-01"
    demand.save()
    approved(newsroom, demand)
    frozen, out = freeze(newsroom), StringIO()
    call_command("publish_due_demands", stdout=out, stderr=out)
    assert (out.getvalue(), LogEntry.objects.count()) == ("", 0)
    end(frozen, newsroom.editor, newsroom.chief)
    call_command("publish_due_demands", stdout=out)
    assert LogEntry.objects.count() == 1


def test_freeze_is_a_button_and_everybody_sees_it(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open("/admin/").follow("Freeze publishing")
    chief.press("Freeze publishing").confirm()
    assert not Freeze.objects.exists()  # a reason is needed
    chief.fill(reason=REASON).press("Freeze publishing")
    frozen = Freeze.objects.get()
    assert (frozen.begun_by, frozen.reason) == (newsroom.chief, REASON)
    event = EditorialEvent.objects.get(action="freeze.begun")
    assert (event.actor, event.newsroom, event.detail) == (newsroom.chief, newsroom.publisher, {"reason": REASON})
    for person in (newsroom.reporter, newsroom.editor, newsroom.chief):
        for path in ("/admin/", "/admin/editorial/claim/"):
            text = signed_in(person).open(path).text
            assert f"has been frozen by {newsroom.chief} since" in text
            assert REASON in text
    assert REASON not in signed_in(make_newsroom("khac.example").chief).open("/admin/").text
    editor = signed_in(newsroom.editor).open("/admin/").follow("The freeze").follow("Propose to end the freeze")
    editor.press("Propose to end the freeze")
    assert not editor.has_link("Approve")
    chief.open(f"/admin/editorial/freeze/{frozen.pk}/change/").follow("Approve").press("Approve")
    assert "has been frozen" not in signed_in(newsroom.reporter).open("/admin/").text
    assert chief.open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/").has_link("Freeze publishing")
    assert "ended the freeze of publishing" in chief.open("/admin/editorial/editorialevent/").text


def test_refusal_names_who_when_and_why(newsroom: Newsroom) -> None:
    waits = approved(newsroom, newsroom.make_review())
    freeze(newsroom)
    with refused("frozen"):
        workflow.publish(proposal=waits, by=newsroom.chief)
    with refused("frozen"):
        freeze(newsroom)


def test_newsroom_with_a_freeze_cannot_be_deleted(newsroom: Newsroom) -> None:
    freeze(newsroom)
    with pytest.raises(DatabaseError):
        run("DELETE FROM editorial_freeze")
    assert Publisher.objects.filter(freezes__isnull=False).exists()


def test_review_is_held_for_a_day_by_one_person_and_for_a_week_by_two(newsroom: Newsroom, database: str) -> None:
    held, other = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(held)
    freeze_policy.hold_review(review=held, by=newsroom.reporter)
    with refused("needs_other_person"):
        freeze_policy.hold_review(review=held, by=newsroom.reporter)
    proposal = review_policy.withdraw(review=held, by=newsroom.editor, reason="Bị ép.")
    with refused("frozen"):
        workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    newsroom.publish_review(other)  # the newsroom isn't frozen
    freeze_policy.hold_review(review=held, by=newsroom.second)
    assert [
        round((hold.ended_at - hold.begun_at).total_seconds() / 3600) for hold in Freeze.objects.order_by("pk")
    ] == [24, 168]
    sql = (
        "INSERT INTO editorial_freeze (newsroom_id, reason, begun_by_id, begun_at, ended_at, review_id) SELECT newsroom_id,"
        " 'x', %s, now() - interval '99 days', now() + %s::interval, %s::uuid FROM editorial_review WHERE id = %s::uuid"
    )
    for by, length, review in (
        (newsroom.reporter, "1 hour", held),  # again
        (newsroom.reporter, "1 hour", other),  # a second review
        (newsroom.chief, "25 hours", other),  # alone
        (newsroom.chief, "8 days", held),
        (make_user("stranger"), "1 hour", other),
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(sql, [by.pk, length, review.pk, review.pk])
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE editorial_freeze SET ended_at = now()")
    # Without the check of the application, the log refuses the entry too.
    with patch("factcheck.editorial.proposals.publication.require_not_frozen"), pytest.raises(DatabaseError):
        workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
