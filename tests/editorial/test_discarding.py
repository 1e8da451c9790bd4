"""Drafts and corrections that are thrown away, the way back, and what is deleted after 30 days."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from factcheck.editorial.drafts.discarding import delete_discarded, discard_draft, may_discard, restore_draft
from factcheck.editorial.drafts.review_statements import build_statement, last_statement
from factcheck.editorial.drafts.saved_states import keep_state
from factcheck.editorial.models import ApiToken, Demand, Proposal, Review, SavedState
from factcheck.editorial.programs.review_drafts import own_drafts
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.demand_policy import reopen_demand
from tests.support.drafts import Newsroom, waiting
from tests.support.refusals import refused
from tests.support.tokens import make_program

pytestmark = pytest.mark.one_database

MAKE: dict[str, Callable[[Newsroom], Any]] = {"review": Newsroom.make_review, "demand": Newsroom.make_demand}


def make_old(draft: Any, days: int = 31) -> None:
    """Moves the time of throwing away so many days back, as the owner of the tables with the rules off."""
    table = draft._meta.db_table
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER discarded_at_fixed")
        cursor.execute(f"UPDATE {table} SET discarded_at = now() - interval '{days} days' WHERE id = %s", [draft.pk])
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER discarded_at_fixed")


def return_(newsroom: Newsroom, draft: Any) -> None:
    workflow.submit(subject=draft, by=newsroom.reporter)
    workflow.return_(proposal=waiting(draft), by=newsroom.editor, reason="Nguồn yếu.")
    draft.refresh_from_db()


@pytest.mark.parametrize("kind", MAKE)
def test_draft_is_thrown_away_and_brought_back(newsroom: Newsroom, kind: str) -> None:
    draft = MAKE[kind](newsroom)
    discard_draft(draft=draft, by=newsroom.reporter)
    draft.refresh_from_db()
    assert draft.state == "discarded"
    assert draft.discarded_at is not None
    with refused("wrong_state"):
        workflow.submit(subject=draft, by=newsroom.reporter)
    with refused("wrong_state"):
        discard_draft(draft=draft, by=newsroom.reporter)
    delete_discarded()
    restore_draft(draft=draft, by=newsroom.reporter)
    draft.refresh_from_db()
    assert (draft.state, draft.discarded_at) == ("draft", None)
    with refused("wrong_state"):
        restore_draft(draft=draft, by=newsroom.reporter)


@pytest.mark.parametrize("kind", MAKE)
def test_draft_that_was_never_submitted_is_deleted_after_30_days(newsroom: Newsroom, kind: str) -> None:
    draft = MAKE[kind](newsroom)
    discard_draft(draft=draft, by=newsroom.reporter)
    make_old(draft)
    delete_discarded()
    assert not type(draft)._default_manager.filter(pk=draft.pk).exists()
    assert not SavedState.objects.filter(draft=draft.pk).exists()


def test_returned_review_loses_its_texts_after_30_days(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    return_(newsroom, review)
    discard_draft(draft=review, by=newsroom.reporter)
    make_old(review)
    delete_discarded()
    review.refresh_from_db()
    assert (review.state, review.discarded_at, review.headline, review.body) == ("discarded", None, "", "")
    assert not review.sources.exists()
    assert not SavedState.objects.filter(draft=review.pk).exists()
    assert Proposal.objects.about(review).get().statement  # a proposal never changes
    delete_discarded()
    with refused("wrong_state"):
        restore_draft(draft=review, by=newsroom.reporter)


def test_returned_demand_loses_its_texts_after_30_days(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    return_(newsroom, demand)
    discard_draft(draft=demand, by=newsroom.reporter)
    make_old(demand)
    delete_discarded()
    demand = Demand.objects.get(pk=demand.pk)
    assert (demand.asked, demand.from_name, demand.done, demand.law_act) == ("", "", "", "")
    assert not SavedState.objects.filter(draft=demand.pk).exists()


@pytest.mark.parametrize("withdrawn", [False, True])
def test_opened_correction_goes_back_to_what_is_published(newsroom: Newsroom, withdrawn: bool) -> None:
    review = newsroom.publish_new()
    if withdrawn:
        newsroom.withdraw_review(review)
    newsroom.open_correction(review, headline="Tít khác")
    review.sources.all().delete()
    discard_draft(draft=review, by=newsroom.reporter)
    review = Review.objects.get(pk=review.pk)
    assert review.state == ("withdrawn" if withdrawn else "published")
    assert build_statement(review) == last_statement(review)
    assert review.change_note == ""
    thrown = SavedState.objects.filter(draft=review.pk, kind="discarded").get()
    assert thrown.content["headline"] == "Tít khác"  # the way back
    if not withdrawn:
        newsroom.open_correction(review, headline="Tít sau")
        discard_draft(draft=review, by=newsroom.reporter)


def test_opened_update_goes_back_to_what_is_published(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    asked = demand.asked
    newsroom.update_demand(demand, asked="Khác.")
    demand.refresh_from_db()
    reopen_demand(demand=demand, by=newsroom.reporter, note="Tòa đã trả lời.")
    demand.refresh_from_db()
    demand.asked = asked
    demand.save()
    discard_draft(draft=demand, by=newsroom.reporter)
    demand.refresh_from_db()
    assert (demand.state, demand.asked, demand.change_note) == ("published", "Khác.", "")


def test_who_and_what_cannot_be_thrown_away(newsroom: Newsroom) -> None:
    review = newsroom.make_review(created_by=newsroom.editor)
    review.authorships.all().delete()
    with refused("not_allowed"):
        discard_draft(draft=review, by=newsroom.reporter)
    workflow.submit(subject=review, by=newsroom.editor)
    review.refresh_from_db()
    assert not may_discard(review)
    review = newsroom.publish_new()
    review.refresh_from_db()
    assert not may_discard(review)


def test_program_does_not_see_a_draft_that_was_thrown_away(newsroom: Newsroom) -> None:
    make_program(newsroom)
    token = ApiToken.objects.get()
    review = newsroom.make_review(created_by=token.user)
    assert own_drafts(token).filter(pk=review.pk).exists()
    discard_draft(draft=review, by=token.user)
    assert not own_drafts(token).filter(pk=review.pk).exists()


@pytest.mark.parametrize("state", ["submitted", "published"])
def test_database_refuses_to_throw_away_what_is_not_a_draft(newsroom: Newsroom, state: str) -> None:
    review = newsroom.make_review()
    if state == "published":
        newsroom.publish_review(review)
    else:
        workflow.submit(subject=review, by=newsroom.reporter)
    with pytest.raises(DatabaseError, match="only an unpublished draft"), transaction.atomic():
        connection.cursor().execute("UPDATE editorial_review SET state = 'draft' WHERE id = %s", [review.pk])
        connection.cursor().execute("UPDATE editorial_review SET state = 'discarded' WHERE id = %s", [review.pk])


def test_database_sets_the_time_of_throwing_away(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    sql = "UPDATE editorial_review SET state = 'discarded', discarded_at = '2020-01-01' WHERE id = %s"
    connection.cursor().execute(sql, [review.pk])
    review.refresh_from_db()
    assert review.discarded_at is not None
    assert review.discarded_at.year > 2020
    with pytest.raises(DatabaseError, match="refused"):
        connection.cursor().execute(
            "UPDATE editorial_review SET discarded_at = '2020-01-01' WHERE id = %s", [review.pk]
        )


def test_states_of_a_deleted_claim_are_deleted(newsroom: Newsroom) -> None:
    claim, other = newsroom.make_claim(), newsroom.make_claim()
    for row in (claim, other):
        keep_state(row, newsroom.reporter)
    claim_id = claim.pk
    claim.delete()
    delete_discarded()
    assert not SavedState.objects.filter(draft=claim_id).exists()
    assert SavedState.objects.filter(draft=other.pk).exists()
