"""The rules of imports, held by PostgreSQL against SQL of the application's own role."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.imports import verbs
from factcheck.editorial.models import Authorship, ImportBatch, Membership, Proposal, Review
from factcheck.editorial.proposals import imports, reviews, workflow
from tests.drafts import Newsroom, make_newsroom, waiting
from tests.exchange.own_records import bodies, publish, record, take

APPROVE = "UPDATE editorial_importbatch SET decision = 'approved', decided_by_id = %s, decided_at = now()"
ADD = (
    "INSERT INTO editorial_proposal (review_id, batch_id, action, statement, digest, change_class, note, submitted_by_id,"
    " submitted_at, decision, message) SELECT review_id, batch_id, action, statement, digest, '', '',"
    " submitted_by_id, now(), '', '' FROM editorial_proposal"
)
DECIDE = "UPDATE editorial_proposal SET decision = 'approved', decided_by_id = %s, decided_at = %s"


@pytest.fixture
def newsroom(database: str, tmp_path: Path) -> Newsroom:
    """With an import of two reviews that waits for a second person."""
    newsroom = make_newsroom()
    take(tmp_path / "reviews.jsonl", record(1), record(2))
    return newsroom


def run(sql: str, *params: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def approve(newsroom: Newsroom) -> ImportBatch:
    batch = ImportBatch.objects.get()
    return workflow.approve(proposal=batch.proposal, by=newsroom.second, digest=batch.proposal.digest)


def test_import_is_approved_by_an_editor_there(newsroom: Newsroom) -> None:
    for person in (newsroom.reporter, make_newsroom("khac.example").chief):
        with pytest.raises(IntegrityError, match="only an Editor of the newsroom approves"):
            run(APPROVE, person.pk)


def test_import_is_not_approved_by_an_author(newsroom: Newsroom) -> None:
    Authorship.objects.create(review=Review.objects.get(headline="Headline 2"), user=newsroom.second)
    with pytest.raises(IntegrityError, match="an author cannot approve"):
        run(APPROVE, newsroom.second.pk)
    with pytest.raises(NotAllowed, match="You are an author of a review in this import"):
        approve(newsroom)


def test_import_is_approved_with_the_digest_of_what_is_in_it(newsroom: Newsroom) -> None:
    batch = imports.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="x")
    run("UPDATE editorial_importbatch SET digest = repeat('0', 64) WHERE id = %s", batch.pk)
    with pytest.raises(IntegrityError, match="has not the digest that is approved"):
        run(f"{APPROVE} WHERE id = %s", newsroom.second.pk, batch.pk)


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
        run(f"UPDATE editorial_importbatch SET {change}")


def test_decided_import_is_not_deleted_and_made_anew(newsroom: Newsroom) -> None:
    with pytest.raises(IntegrityError, match="it is kept as it was"):
        run("DELETE FROM editorial_importbatch")
    imports.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="empty")
    run("DELETE FROM editorial_importbatch WHERE digest = ''")


def test_import_is_approved_as_it_is_now(newsroom: Newsroom) -> None:
    """A snapshot of before would not show what another connection has added since."""
    with pytest.raises(IntegrityError, match="not as an earlier snapshot has it"):
        run(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {APPROVE}", newsroom.second.pk)


@pytest.mark.parametrize("change", ["decided_at = now()", "decided_by_id = (SELECT max(id) FROM editorial_user)"])
def test_decision_on_what_is_public_stays_as_it_was(newsroom: Newsroom, change: str) -> None:
    imports.publish_import(batch=approve(newsroom), by=newsroom.chief)
    with pytest.raises(IntegrityError, match="what was submitted or decided cannot be changed"):
        run(f"UPDATE editorial_proposal SET {change}")


def test_approval_is_not_added_to_an_import_that_is_not_there_yet(newsroom: Newsroom) -> None:
    """Else its digest could be fixed and approved by another connection that does not see the approval."""
    workflow.return_(
        proposal=waiting(Review.objects.get(headline="Headline 1")), by=newsroom.chief, reason="Which language?"
    )
    with pytest.raises(IntegrityError, match="a finished import takes nothing more"):
        run(
            f"{ADD.replace('SELECT review_id, batch_id', 'SELECT review_id, batch_id + 1')} WHERE decision = 'returned'"
        )


def test_finished_import_takes_no_approval_more(newsroom: Newsroom) -> None:
    workflow.return_(
        proposal=waiting(Review.objects.get(headline="Headline 1")), by=newsroom.chief, reason="Which language?"
    )
    with pytest.raises(IntegrityError, match="a finished import takes nothing more"):
        run(f"{ADD} WHERE decision = 'returned'")


def test_approval_is_not_decided_as_an_import_that_was_not(newsroom: Newsroom) -> None:
    """Neither before the import is, nor by somebody who cannot approve and did not decide on it, or at another time."""
    Membership.objects.filter(user=newsroom.chief).delete()
    with pytest.raises(IntegrityError, match="only an Editor of the newsroom approves"):
        run(DECIDE, newsroom.chief.pk, "2026-01-01T00:00Z")
    decided = approve(newsroom).decided_at
    Membership.objects.filter(user=newsroom.second).delete()
    for person, moment in ((newsroom.chief, decided), (newsroom.second, "2026-01-01T00:00Z")):
        with pytest.raises(IntegrityError, match="only an Editor of the newsroom approves"):
            run(DECIDE, person.pk, moment)
    run(DECIDE, newsroom.second.pk, decided)


def test_approval_of_another_newsrooms_review_is_not_decided_with_the_import(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    Review.objects.update(newsroom=other.publisher)
    with pytest.raises(IntegrityError, match="only an Editor of the newsroom approves"):
        run(DECIDE, newsroom.second.pk, approve(newsroom).decided_at)


def test_approvals_learn_of_the_decision_when_they_are_published(newsroom: Newsroom) -> None:
    batch = approve(newsroom)
    review = Review.objects.get(headline="Headline 1")
    assert (review.state, Proposal.objects.filter(decision="").count()) == ("submitted", 2)
    with pytest.raises(EditorialError, match="This is approved already"):
        workflow.approve(proposal=waiting(review), by=newsroom.chief, digest="")
    Membership.objects.filter(user=newsroom.second).delete()  # what was decided stands
    assert imports.publish_import(batch=batch, by=newsroom.chief) == 2
    approvals = Proposal.objects.values_list("decision", "decided_by__username", "decided_at")
    assert set(approvals) == {("approved", newsroom.second.username, batch.decided_at)}
    assert set(Review.objects.values_list("state", flat=True)) == {"published"}


def test_single_approval_keeps_who_gave_it(newsroom: Newsroom) -> None:
    first = Proposal.objects.order_by("pk")[0]
    workflow.approve(proposal=first, by=newsroom.chief, digest=first.digest)
    publish()
    people = Proposal.objects.order_by("pk").values_list("decided_by__username", flat=True)
    assert list(people) == [newsroom.chief.username, newsroom.second.username]


def test_single_approval_returned_after_the_imports_stays_out(newsroom: Newsroom) -> None:
    batch = approve(newsroom)
    workflow.return_(
        proposal=waiting(Review.objects.get(headline="Headline 1")), by=newsroom.chief, reason="Which language?"
    )
    assert imports.publish_import(batch=batch, by=newsroom.chief) == 1
    assert [body["headline"] for body in bodies()] == ["Headline 2"]


def test_import_is_decided_before_a_review_of_it_is_erased(newsroom: Newsroom) -> None:
    """An erasure takes the digest of what is erased, and with it the means to check what the import is approved with."""
    batch = ImportBatch.objects.get()
    review = Review.objects.get(headline="Headline 1")
    workflow.approve(proposal=waiting(review), by=newsroom.second, digest=review.proposals.get().digest)
    workflow.publish(proposal=waiting(review), by=newsroom.second)
    erasure = {"ground": "personal_data", "notice": "Xoá theo yêu cầu của người có dữ liệu."}
    with pytest.raises(EditorialError, match=re.escape(f"The import “{batch}” has this review and waits")):
        reviews.erase(review=review, by=newsroom.second, **erasure)
    imports.publish_import(batch=approve(newsroom), by=newsroom.second)
    asked = reviews.erase(review=review, by=newsroom.second, **erasure)
    workflow.approve(proposal=asked, by=newsroom.chief, digest=asked.digest)
    assert [body.get("headline") for body in bodies()] == ["Headline 2", None]


def first(monkeypatch: pytest.MonkeyPatch, decide: Callable[[], object]) -> None:
    """Somebody decides on one review just before the import holds its reviews."""
    hold = verbs._hold_reviews

    def overtaken(approvals: Any) -> None:
        monkeypatch.setattr(verbs, "_hold_reviews", hold)
        decide()
        hold(approvals)

    monkeypatch.setattr(verbs, "_hold_reviews", overtaken)


def test_review_that_is_returned_while_its_import_is_published(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = approve(newsroom)
    review = Review.objects.get(headline="Headline 1")
    first(monkeypatch, lambda: workflow.return_(proposal=waiting(review), by=newsroom.second, reason="Tên sai."))
    assert imports.publish_import(batch=batch, by=newsroom.second) == 1
    assert [body["headline"] for body in bodies()] == ["Headline 2"]
    assert Review.objects.get(pk=review.pk).state == "draft"


def test_review_that_is_approved_while_its_import_is_returned(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = Review.objects.get(headline="Headline 1")
    digest = review.proposals.get().digest
    first(monkeypatch, lambda: workflow.approve(proposal=waiting(review), by=newsroom.second, digest=digest))
    workflow.return_(proposal=ImportBatch.objects.get().proposal, by=newsroom.chief, reason="Xem lại.")
    states = dict(Review.objects.values_list("headline", "state"))
    assert states == {"Headline 1": "approved", "Headline 2": "draft"}
    workflow.publish(proposal=waiting(review), by=newsroom.second)
