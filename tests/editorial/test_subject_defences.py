"""Breaches of the subjects of proposals that the database refuses: who began them is as it was when they are decided on."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from factcheck.editorial import erasure
from factcheck.editorial.models import Claim
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.publication import append_approved
from factcheck.editorial.proposals.review_policy import Erasure
from tests.editorial.proposal_kinds import MAKE, written
from tests.support.drafts import NOTICE, Newsroom, make_newsroom
from tests.support.refusals import refused
from tests.support.sql import run


@pytest.fixture(scope="module")
def newsroom(module_database: str) -> Newsroom:
    return make_newsroom()


@pytest.fixture(scope="module")
def other(newsroom: Newsroom) -> Newsroom:
    return make_newsroom("khac.example")


@pytest.mark.parametrize("column", ["newsroom_id", "logged_by_id"])
def test_newsroom_of_a_claim_and_who_logged_it_never_change(newsroom: Newsroom, other: Newsroom, column: str) -> None:
    """The newsrooms of two claims decide on their merge."""
    claim = newsroom.make_claim()
    value = other.publisher.pk if column == "newsroom_id" else other.reporter.pk
    with pytest.raises(IntegrityError, match="UPDATE of editorial_claim is refused"):
        run(f"UPDATE editorial_claim SET {column} = %s WHERE id = %s", value, claim.pk)


@pytest.mark.parametrize("kind", sorted(Kind))
def test_subject_of_a_proposal_is_not_deleted(newsroom: Newsroom, kind: Kind) -> None:
    """It could be added again in the same transaction, as begun by somebody else."""
    proposal = MAKE[kind](make_newsroom("khoa.example") if kind == Kind.FREEZE else newsroom)
    for subject in (proposal.claim, proposal.into) if kind == Kind.MERGE else (proposal.subject,):
        with pytest.raises(DatabaseError, match="something about it was proposed|permission denied"):
            run(f"DELETE FROM {subject._meta.db_table} WHERE id = %s", subject.pk)


def test_draft_that_was_never_proposed_is_deleted(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    claim.delete()
    assert not Claim.objects.filter(pk=claim.pk).exists()


@pytest.mark.parametrize("column", ["claim_id", "into_id"])
def test_merge_of_a_claim_that_is_added_later_is_refused(newsroom: Newsroom, other: Newsroom, column: str) -> None:
    """Nobody could tell whose Editors decide. Foreign keys are checked at commit."""
    proposal = MAKE[Kind.MERGE](newsroom)
    workflow.return_(proposal=proposal, by=newsroom.editor, reason="Khác nhau.")
    with pytest.raises(IntegrityError, match="is that of its subject"):
        run(
            "INSERT INTO editorial_proposal SELECT (jsonb_populate_record(p, jsonb_build_object("
            "'id', nextval(pg_get_serial_sequence('editorial_proposal', 'id')), 'decision', '', 'decided_by_id', NULL,"
            f" 'decided_at', NULL, '{column}', gen_random_uuid(), 'deciding_id', %s::bigint))).*"
            " FROM editorial_proposal p WHERE id = %s",
            other.publisher.pk,
            proposal.pk,
        )


def test_erasure_names_the_newsroom_that_answers_for_it(newsroom: Newsroom, other: Newsroom) -> None:
    review = newsroom.publish_new()
    said = erasure.build_notice(review, "law", NOTICE, redact=False).to_json_object()
    said["notice"]["newsroom"] = {"name": other.publisher.name, "site": other.publisher.site}
    proposal = written(review, said, newsroom.editor, action=Action.ERASURE, note=NOTICE)
    with refused("changed_since"):
        workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    proposal.decide(Decision.APPROVED, newsroom.chief)
    with pytest.raises(IntegrityError, match="it speaks for another newsroom"), transaction.atomic():
        append_approved(Erasure(), [proposal], newsroom.chief)
