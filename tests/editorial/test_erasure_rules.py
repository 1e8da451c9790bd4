"""Breaches of erasure that the database refuses, tried with SQL of the application's own role."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from factcheck.editorial import erasure
from factcheck.editorial.events import record_events
from factcheck.editorial.models import EditorialEvent, Proposal, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.models import LogEntry, RevisionDocument
from tests.editorial.proposal_kinds import written
from tests.support.drafts import Newsroom, make_newsroom, waiting
from tests.support.sql import execute

NOTICE = "Xoá theo yêu cầu của người có dữ liệu cá nhân được bảo vệ."


@dataclass
class Desk:
    newsroom: Newsroom
    live: Review  # published
    redacted: Review  # erased, and published again without somebody


@pytest.fixture(scope="module")
def desk(module_database: str) -> Iterator[Desk]:
    newsroom = make_newsroom()
    live, redacted = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(live)
    newsroom.publish_review(redacted)
    newsroom.open_correction(redacted, headline="Đoạn phim cũ")
    approval = review_policy.erase(review=redacted, by=newsroom.editor, ground="law", notice=NOTICE, redact=True)
    workflow.approve(proposal=approval, by=newsroom.chief, digest=approval.digest)
    newsroom.publish_review(redacted)
    return Desk(newsroom, live, redacted)


def insert_erasure(review: Review, approval: Proposal | None, *more: str) -> None:
    """An erasure by hand: the entry, its document, the deletion of the documents before, and what else is said."""
    said = erasure.build_notice(review, "law", NOTICE, redact=False).to_json_object()
    at = "2126-01-01T00:00:00.000000Z"  # behind whatever was published
    first = RevisionDocument.objects.get(entry__subject=review.pk, entry__number=1)
    document = said | {
        "published_at": json.loads(first.document)["published_at"], "updated_at": at, "corrections": [],
        "revision": {"number": 2, "kind": "erasure", "class": None, "note": NOTICE},
    }  # fmt: skip
    salt, data = b"s" * 32, canonical(document)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " SELECT max(sequence) + 1, %s, 'review.erasure', %s, 2, %s FROM record_logentry RETURNING sequence",
            [at, review.pk, sha256_hex(salt + data)],
        )
        (sequence,) = cursor.fetchone()
        cursor.execute("INSERT INTO record_revisiondocument VALUES (%s, %s, %s)", [sequence, salt, data])
        if approval:
            cursor.execute("UPDATE editorial_proposal SET sequence = %s WHERE id = %s", [sequence, approval.pk])
            record_events(approval.decided_by or approval.submitted_by, None, [("review.erasure", review.pk, {})])
        for sql in more:
            cursor.execute(sql.replace("REVIEW", f"'{review.pk}'").replace("ENTRY", str(sequence)))


DELETE_DOCUMENTS = (
    "DELETE FROM record_revisiondocument WHERE sequence < ENTRY AND sequence IN"
    " (SELECT sequence FROM record_logentry WHERE subject = REVIEW)"
)
EMPTY_APPROVALS = (
    "UPDATE editorial_proposal SET statement = '', note = '', message = '', digest = repeat('0', 64), salt = ''"
    " WHERE review_id = REVIEW AND action <> 'erasure'"
)
EMPTY_EVENTS = "UPDATE editorial_editorialevent SET detail = '{}' WHERE subject = REVIEW AND action <> 'review.erasure'"


def test_erasure_without_approval_is_refused(desk: Desk) -> None:
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        insert_erasure(desk.live, None, DELETE_DOCUMENTS)
    assert RevisionDocument.objects.filter(entry__subject=desk.live.pk).count() == 1


def test_erasure_that_is_only_asked_for_is_refused(desk: Desk) -> None:
    approval = review_policy.erase(review=desk.live, by=desk.newsroom.editor, ground="law", notice=NOTICE)
    with pytest.raises(IntegrityError, match="proposal_published_if_approved"):
        insert_erasure(desk.live, approval, DELETE_DOCUMENTS)
    workflow.take_back(proposal=waiting(desk.live), by=desk.newsroom.editor)


def test_half_an_erasure_is_refused_at_commit(desk: Desk) -> None:
    review = desk.newsroom.publish_new()
    approval = review_policy.erase(review=review, by=desk.newsroom.editor, ground="law", notice=NOTICE)
    Proposal.objects.filter(pk=approval.pk).update(
        decision="approved", decided_by=desk.newsroom.chief, decided_at="2026-01-01T00:00:00Z"
    )
    steps = (DELETE_DOCUMENTS, EMPTY_APPROVALS, EMPTY_EVENTS)
    for left_out in steps:
        with pytest.raises(IntegrityError, match="what it erases is still kept"):
            insert_erasure(review, approval, *(step for step in steps if step != left_out))
    assert RevisionDocument.objects.filter(entry__subject=review.pk).count() == 1
    insert_erasure(review, approval, *steps)


@pytest.mark.parametrize("alias", ["default", "owner"])
def test_document_stays_without_an_erasure(desk: Desk, alias: str) -> None:
    message = "no erasure of it is in the log"
    for condition in ("", " WHERE sequence = (SELECT max(sequence) FROM record_revisiondocument)"):
        with pytest.raises(IntegrityError, match=message):
            execute(f"DELETE FROM record_revisiondocument{condition}", alias=alias)


def test_erased_document_does_not_come_back(desk: Desk) -> None:
    first = LogEntry.objects.get(subject=desk.redacted.pk, number=1)
    with pytest.raises(IntegrityError, match="has not its digest"):
        execute("INSERT INTO record_revisiondocument VALUES (%s, %s, 'x')", [first.sequence, b"s" * 32])


@pytest.mark.parametrize(
    "change",
    [
        "detail = '{}'",  # of a review that nobody erased
        "detail = '{}', action = 'nothing'",
        "actor_id = NULL",
        "at = now()",
    ],
)
@pytest.mark.parametrize("alias", ["default", "owner"])
def test_event_stays_as_it_was(desk: Desk, alias: str, change: str) -> None:
    event = EditorialEvent.objects.filter(subject=str(desk.live.pk)).exclude(detail={}).latest("pk")
    with pytest.raises((IntegrityError, ProgrammingError), match="is refused|permission denied"):
        execute(f"UPDATE editorial_editorialevent SET {change} WHERE id = %s", [event.pk], alias)


@pytest.mark.parametrize(
    ("subject", "action", "change"),
    [
        ("redacted", "erasure.approved", 'detail = \'{"reason": "x"}\''),
        ("redacted", "erasure.approved", "detail = '{}', at = now()"),
        ("redacted", "review.correction", "detail = '{}'"),  # after the erasure
        ("account", "account.added", "detail = '{}'"),
    ],
)
def test_event_loses_nothing_but_what_was_erased(desk: Desk, subject: str, action: str, change: str) -> None:
    key = str(desk.redacted.pk) if subject == "redacted" else f"user:{desk.newsroom.editor.pk}"
    event = EditorialEvent.objects.filter(subject=key, action=action).latest("pk")
    with pytest.raises(DatabaseError, match="is refused"):
        execute(f"UPDATE editorial_editorialevent SET {change} WHERE id = %s", [event.pk], "owner")
    event.refresh_from_db()


def test_event_of_an_erased_review_can_be_emptied(desk: Desk) -> None:
    """The exception itself: the same as erasure.forget does."""
    execute(
        "UPDATE editorial_editorialevent SET detail = '{}' WHERE subject = %s AND action = 'publication.submitted'"
        " AND id < (SELECT id FROM editorial_editorialevent WHERE action = 'review.erasure' AND subject = %s)",
        [str(desk.redacted.pk)] * 2,
    )


@pytest.mark.parametrize(
    ("review", "action", "change"),
    [
        ("live", "publication", "statement = '', note = '', digest = repeat('0', 64), salt = ''"),
        # About the erased one: what came before holds nothing else, what came after is as fixed as elsewhere.
        ("redacted", "first", "statement = '{}', digest = repeat('0', 64), salt = ''"),
        ("redacted", "first", "note = 'x'"),
        ("redacted", "erasure", "statement = '', note = '', digest = repeat('0', 64), salt = ''"),
        ("redacted", "erasure", "statement = '{}'"),
        ("redacted", "publication", "statement = '', note = '', digest = repeat('0', 64), salt = ''"),
        ("redacted", "publication", "statement = '{}'"),
        ("redacted", "publication", "note = 'x'"),
    ],
)
def test_approval_is_emptied_by_an_erasure_alone(desk: Desk, review: str, action: str, change: str) -> None:
    approvals = getattr(desk, review).proposals
    if action == "first":
        row = approvals.earliest("pk")
        assert row.statement == ""
    else:
        row = approvals.filter(action=action).latest("pk")
    with pytest.raises(IntegrityError, match="cannot be changed"):
        execute(f"UPDATE editorial_proposal SET {change} WHERE id = %s", [row.pk])


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"notice": None}, NOTICE),
        ({"notice": {"ground": "whim", "text": NOTICE, "redaction": False, "newsroom": None}}, NOTICE),
        ({"notice": {"ground": None, "text": NOTICE, "redaction": False, "newsroom": None}}, NOTICE),
        ({"notice": {"ground": "law", "text": "", "redaction": False, "newsroom": None}}, ""),
        ({"notice": {"ground": "law", "text": "Khác.", "redaction": False, "newsroom": None}}, NOTICE),
        ({"notice": {"ground": "law", "text": NOTICE, "redaction": False, "newsroom": None, "name": "x"}}, NOTICE),
        ({"headline": "Video nước lũ"}, NOTICE),
    ],
)
def test_erasure_cannot_be_asked_for_without_its_notice(desk: Desk, change: dict[str, Any], note: str) -> None:
    review = desk.newsroom.make_review()
    said = erasure.build_notice(review, "law", NOTICE, redact=False).to_json_object() | change
    with pytest.raises(IntegrityError, match="needs a ground, a public notice and nothing else"):
        written(review, said, desk.newsroom.editor, action="erasure", note=note)
