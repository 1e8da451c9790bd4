"""The rules of imports, held by PostgreSQL against SQL of the application's own role."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from factcheck.editorial.models import Authorship, ImportBatch, Membership, Proposal, Review
from factcheck.editorial.proposals import import_policy, review_policy, workflow
from factcheck.imports.importer import batches
from factcheck.record.formats.canonical import sha256_hex
from tests.imports.own_records import bodies, publish, record, take
from tests.support.databases import ground_fixture
from tests.support.drafts import Newsroom, make_newsroom, waiting
from tests.support.refusals import refused
from tests.support.sql import run
from tests.support.waiting import begin_until_it_waits

APPROVE = (
    "UPDATE editorial_proposal SET decision = 'approved', decided_by_id = %s, decided_at = now() WHERE kind = 'import'"
)
ADD = (
    "INSERT INTO editorial_proposal (kind, newsroom_id, deciding_id, review_id, batch_id, action, statement, digest, salt,"
    " change_class, note, submitted_by_id, submitted_at, decision, message) SELECT kind, newsroom_id, deciding_id,"
    " review_id, {batch}, action, statement, digest, salt, '', '', submitted_by_id, now(), '', '' FROM editorial_proposal"
    " WHERE decision = 'returned'"
)
DECIDE = (
    "UPDATE editorial_proposal SET decision = 'approved', decided_by_id = %s, decided_at = %s WHERE kind = 'review'"
)


def import_two(newsroom: Newsroom) -> None:
    """Import two reviews, which wait for a second person."""
    with TemporaryDirectory() as folder:
        take(Path(folder) / "reviews.jsonl", record(1), record(2))


import_ground = ground_fixture(import_two, after="newsroom_ground")
pytestmark = pytest.mark.usefixtures("import_ground")


def approve(newsroom: Newsroom) -> ImportBatch:
    batch = ImportBatch.objects.get()
    proposal = waiting(batch)
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    return batch


def return_first(newsroom: Newsroom) -> None:
    proposal = waiting(Review.objects.get(headline="Headline 1"))
    workflow.return_(proposal=proposal, by=newsroom.chief, reason="Which language?")


def decided_at(batch: ImportBatch) -> datetime | None:
    assert batch.proposal is not None
    return batch.proposal.decided_at


def finish(newsroom: Newsroom, batch: ImportBatch, digest: str) -> Proposal:
    """The proposal of an import, past the workflow."""
    return Proposal.objects.create(
        kind="import",
        action="publication",
        newsroom=newsroom.publisher,
        deciding=newsroom.publisher,
        batch=batch,
        digest=digest,
        submitted_by=newsroom.editor,
    )


def test_import_is_not_approved_by_an_author(newsroom: Newsroom) -> None:
    Authorship.objects.create(review=Review.objects.get(headline="Headline 2"), user=newsroom.second)
    with pytest.raises(IntegrityError, match=r"\(author\)"):
        run(APPROVE, newsroom.second.pk)
    with refused("needs_other_person"):
        approve(newsroom)


def test_each_review_of_an_import_has_a_salt_of_its_own(newsroom: Newsroom) -> None:
    salts = [bytes(salt) for salt in Proposal.objects.values_list("salt", flat=True)]
    assert len(salts) > 2
    assert len({*salts}) == len(salts)
    assert {len(salt) for salt in salts} == {32}


def test_import_is_approved_with_the_digest_of_what_is_in_it(newsroom: Newsroom) -> None:
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="x")
    proposal = finish(newsroom, batch, "0" * 64)
    with pytest.raises(IntegrityError, match="does not have the digest that is approved"):
        run(f"{APPROVE} AND id = %s", newsroom.second.pk, proposal.pk)


@pytest.mark.parametrize(
    "change",
    [
        "digest = repeat('0', 64)",
        "digest = ''",
        "submitted_by_id = decided_by_id + 1",
        "decision = '', decided_by_id = NULL, decided_at = NULL",
        "decision = 'returned'",
        "decided_at = now() + interval '1 s'",
    ],
)
def test_approved_import_stays_as_it_was(newsroom: Newsroom, change: str) -> None:
    approve(newsroom)
    with pytest.raises(IntegrityError, match="what was submitted or decided cannot be changed"):
        run(f"UPDATE editorial_proposal SET {change} WHERE kind = 'import'")


def test_decided_import_is_not_deleted_and_made_anew(newsroom: Newsroom) -> None:
    with pytest.raises(IntegrityError, match="something about it was proposed"):
        run("DELETE FROM editorial_importbatch")
    with pytest.raises(ProgrammingError, match="permission denied"):
        run("DELETE FROM editorial_proposal")
    empty = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="empty")
    run("DELETE FROM editorial_importbatch WHERE id = %s", empty.pk)


@pytest.mark.parametrize("change", ["newsroom_id = newsroom_id + 1", "imported_by_id = 1", "imported_at = now()"])
def test_import_stays_with_who_began_it(newsroom: Newsroom, change: str) -> None:
    """The right to approve depends on it."""
    with pytest.raises(IntegrityError, match="it is kept as it was"):
        run(f"UPDATE editorial_importbatch SET {change}")


def test_import_is_approved_as_it_is_now(newsroom: Newsroom) -> None:
    """A snapshot of before would not show what another connection has added since."""
    with pytest.raises(IntegrityError, match="not as an earlier snapshot has it"):
        run(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {APPROVE}", newsroom.second.pk)


@pytest.mark.parametrize("change", ["decided_at = now()", "decided_by_id = (SELECT max(id) FROM editorial_user)"])
def test_decision_on_what_is_public_stays_as_it_was(newsroom: Newsroom, change: str) -> None:
    import_policy.publish_import(batch=approve(newsroom), by=newsroom.chief)
    with pytest.raises(IntegrityError, match="what was submitted or decided cannot be changed"):
        run(f"UPDATE editorial_proposal SET {change}")


def test_approval_is_not_added_to_an_import_that_is_not_there_yet(newsroom: Newsroom) -> None:
    """Else its digest could be fixed and approved by another connection that does not see the approval."""
    return_first(newsroom)
    with pytest.raises(IntegrityError, match="a finished import takes nothing more"):
        run(ADD.format(batch="batch_id + 1"))


def test_finished_import_takes_no_approval_more(newsroom: Newsroom) -> None:
    return_first(newsroom)
    with pytest.raises(IntegrityError, match="a finished import takes nothing more"):
        run(ADD.format(batch="batch_id"))


def test_import_is_not_added_to_from_an_earlier_snapshot(newsroom: Newsroom) -> None:
    """It would not show that another connection has finished the import since."""
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="x")
    return_first(newsroom)
    with pytest.raises(IntegrityError, match="not as an earlier snapshot has it"):
        run(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {ADD.format(batch=batch.pk)}")


def test_import_that_is_finished_waits_for_what_is_being_added(newsroom: Newsroom) -> None:
    """Else it could be approved without what another connection has added and not committed yet."""
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="x")
    return_first(newsroom)
    with transaction.atomic():
        run(ADD.format(batch=batch.pk))
        finished = begin_until_it_waits(lambda: finish(newsroom, batch, sha256_hex(b"")))
    proposal = finished.result(timeout=30)
    with pytest.raises(IntegrityError, match="does not have the digest that is approved"):
        run(f"{APPROVE} AND id = %s", newsroom.second.pk, proposal.pk)


def test_approval_is_not_decided_as_an_import_that_was_not(newsroom: Newsroom) -> None:
    """Neither before the import is, nor by somebody who cannot approve and did not decide on it, or at another time."""
    Membership.objects.using("owner").filter(user=newsroom.chief).delete()
    with pytest.raises(IntegrityError, match=r"\(not_editor\)"):
        run(DECIDE, newsroom.chief.pk, "2026-01-01T00:00Z")
    decided = decided_at(approve(newsroom))
    Membership.objects.using("owner").filter(user=newsroom.second).delete()
    for person, moment in ((newsroom.chief, decided), (newsroom.second, "2026-01-01T00:00Z")):
        with pytest.raises(IntegrityError, match=r"\(not_editor\)"):
            run(DECIDE, person.pk, moment)
    run(DECIDE, newsroom.second.pk, decided)


def test_approval_of_another_newsrooms_review_is_not_decided_with_the_import(newsroom: Newsroom) -> None:
    """An import takes only reviews of its newsroom, and no review changes its newsroom later."""
    other = make_newsroom("khac.example")
    with pytest.raises(IntegrityError, match="cannot be changed"):
        Review.objects.update(newsroom=other.publisher)
    return_first(newsroom)
    batch = batches.begin_import(newsroom=other.publisher, by=other.editor, files="x")
    with pytest.raises(IntegrityError, match="the newsroom of a proposal is that of its subject"):
        run(ADD.format(batch=batch.pk))


def test_approvals_learn_of_the_decision_when_they_are_published(newsroom: Newsroom) -> None:
    batch = approve(newsroom)
    review = Review.objects.get(headline="Headline 1")
    assert (review.state, Proposal.objects.filter(kind="review", decision="").count()) == ("submitted", 2)
    with refused("already_decided"):
        workflow.approve(proposal=waiting(review), by=newsroom.chief, digest="")
    Membership.objects.using("owner").filter(user=newsroom.second).delete()  # the decision holds
    assert import_policy.publish_import(batch=batch, by=newsroom.chief) == 2
    approvals = batch.members.values_list("decision", "decided_by__username", "decided_at")
    assert set(approvals) == {("approved", newsroom.second.username, decided_at(batch))}
    assert set(Review.objects.values_list("state", flat=True)) == {"published"}


def test_single_approval_keeps_who_gave_it(newsroom: Newsroom) -> None:
    first = waiting(Review.objects.get(headline="Headline 1"))
    workflow.approve(proposal=first, by=newsroom.chief, digest=first.digest)
    publish()
    people = ImportBatch.objects.get().members.order_by("pk").values_list("decided_by__username", flat=True)
    assert list(people) == [newsroom.chief.username, newsroom.second.username]


def test_single_approval_returned_after_the_imports_stays_out(newsroom: Newsroom) -> None:
    batch = approve(newsroom)
    return_first(newsroom)
    assert import_policy.publish_import(batch=batch, by=newsroom.chief) == 1
    assert [body["headline"] for body in bodies()] == ["Headline 2"]


def test_import_is_decided_before_a_review_of_it_is_erased(newsroom: Newsroom) -> None:
    """An erasure takes the digest of what is erased, and with it the means to check what the import is approved with."""
    review = Review.objects.get(headline="Headline 1")
    workflow.approve(proposal=waiting(review), by=newsroom.second, digest=review.proposals.get().digest)
    workflow.publish(proposal=waiting(review), by=newsroom.second)
    erasure = {"ground": "personal_data", "notice": "Xoá theo yêu cầu của người có dữ liệu."}
    with refused("undecided"):
        review_policy.erase(review=review, by=newsroom.second, **erasure)
    import_policy.publish_import(batch=approve(newsroom), by=newsroom.second)
    asked = review_policy.erase(review=review, by=newsroom.second, **erasure)
    workflow.approve(proposal=asked, by=newsroom.chief, digest=asked.digest)
    assert [body.get("headline") for body in bodies()] == ["Headline 2", None]


def test_review_that_is_returned_while_its_import_is_published(newsroom: Newsroom) -> None:
    batch = approve(newsroom)
    review = Review.objects.get(headline="Headline 1")
    with transaction.atomic():
        workflow.return_(proposal=waiting(review), by=newsroom.second, reason="Tên sai.")
        published = begin_until_it_waits(lambda: import_policy.publish_import(batch=batch, by=newsroom.second))
    assert published.result(30) == 1
    assert [body["headline"] for body in bodies()] == ["Headline 2"]
    assert Review.objects.get(pk=review.pk).state == "draft"


def test_review_that_is_approved_while_its_import_is_returned(newsroom: Newsroom) -> None:
    review = Review.objects.get(headline="Headline 1")
    digest = review.proposals.get().digest
    batch = waiting(ImportBatch.objects.get())
    with transaction.atomic():
        workflow.approve(proposal=waiting(review), by=newsroom.second, digest=digest)
        returned = begin_until_it_waits(lambda: workflow.return_(proposal=batch, by=newsroom.chief, reason="Xem lại."))
    returned.result(30)
    states = dict(Review.objects.values_list("headline", "state"))
    assert states == {"Headline 1": "approved", "Headline 2": "draft"}
    workflow.publish(proposal=waiting(review), by=newsroom.second)
