"""A review and a claim can be shown as they were after any entry, however entries were batched, and never what was erased."""

import json
import random
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connections
from django.db.models import Model

from factcheck.record import publish
from factcheck.record.errors import RecordError
from factcheck.record.log import entries, tree
from factcheck.record.models import (
    LogEntry,
    PublishedClaim,
    PublishedCorrection,
    PublishedMerge,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
    Word,
)
from factcheck.record.readmodel.public_state import find_claim, find_state
from tests.record.conftest import make_statement

REASON = "Người quay phim xác nhận rằng đoạn video là của năm 2020."
LIVE = ("review.original", "review.update", "review.correction", "review.reinstatement")
A, B, X, Y = (UUID(int=number) for number in (10, 11, 1, 2))


@pytest.fixture(autouse=True)
def record(bare_record: None) -> None:
    tree.signing_key.cache_clear()


def said(review: UUID, claim: UUID, text: str = "Nước lũ đã lên tới mái chùa.", **more: Any) -> dict[str, Any]:
    statement = {**make_statement(review, text), **more}
    return {**statement, "claim": {**statement["claim"], "id": str(claim)}}


def revision(review: UUID, claim: UUID, text: str = "Nước lũ đã lên tới mái chùa.") -> entries.Publication:
    return entries.Publication(review, said(review, claim, text), change_class="substantive", note=REASON)


def withdraw(review: UUID, claim: UUID) -> entries.Publication:
    whole = said(review, claim)
    kept = {key: whole[key] for key in ("id", "original_url", "language", "headline", "publisher", "license")}
    return entries.Publication(
        review, {**kept, "claim": {"id": str(claim)}}, LogEntry.Kind.WITHDRAWAL, note="Sai nguồn."
    )


def erase(review: UUID) -> entries.Publication:
    newsroom = {"name": "Toà soạn", "site": "kiemchung.example"}
    notice = {"ground": "court_order", "text": "Theo lệnh của toà án.", "redaction": True, "newsroom": newsroom}
    statement = {"id": str(review), "notice": notice}
    return entries.Publication(review, statement, LogEntry.Kind.ERASURE, note="Theo lệnh của toà án.")


def reviews_at(sequence: int) -> dict[UUID, str]:
    """Every review's body after an entry."""
    found = {}
    for review in PublishedReview.objects.values_list("id", flat=True):
        with suppress(RevisionDocument.DoesNotExist):
            if state := find_state("review", review, sequence):
                found[review] = state.body.decode()
    return found


def claims_at(sequence: int) -> dict[UUID, str]:
    """Every claim's body after an entry."""
    reviews = PublishedReview.objects.values_list("claim_id", "earlier_claims")
    claims = {claim for now, earlier in reviews for claim in (now, *earlier) if claim}
    merged = PublishedMerge.objects.exclude(into_id=None).values_list("claim_id", "into_id")
    found = {
        claim: find_claim(claim, sequence)[0]
        for claim in claims | {claim for pair in merged for claim in pair if claim}
    }
    return {claim: body for claim, body in found.items() if body}


def texts(claims: dict[UUID, str]) -> dict[UUID, str | None]:
    return {pk: json.loads(body).get("text") for pk, body in sorted(claims.items())}


def everything() -> dict[str, Any]:
    """All rows of the read model, without the keys that the database gives."""
    models: tuple[type[Model], ...] = (
        PublishedReview, PublishedClaim, PublishedReference, PublishedMerge, PublishedCorrection, Word,
    )  # fmt: skip
    return {
        model.__name__: sorted(
            [
                {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields} | {"pk": 0}
                | ({"id": 0} if model is PublishedReference else {})
                for row in model._default_manager.all()
            ],
            key=str,
        )
        for model in models
    }  # fmt: skip


def test_past_of_a_corrected_review() -> None:
    publish.publish([revision(X, A, "Một.")])
    publish.publish([revision(X, A, "Hai.")])
    assert [texts(claims_at(sequence)) for sequence in (0, 1)] == [{A: "Một."}, {A: "Hai."}]
    assert [json.loads(reviews_at(sequence)[X])["revision"]["number"] for sequence in (0, 1)] == [1, 2]


def test_past_of_a_withdrawn_and_reinstated_review() -> None:
    publish.publish([revision(X, A, "Một.")])
    publish.publish([withdraw(X, A)])
    publish.publish([entries.Publication(X, said(X, A, "Một."), LogEntry.Kind.REINSTATEMENT, note="Đúng nguồn.")])
    assert [texts(claims_at(sequence)) for sequence in (0, 1, 2)] == [{A: "Một."}, {A: None}, {A: "Một."}]
    assert [json.loads(reviews_at(sequence)[X])["revision"]["kind"] for sequence in (0, 1, 2)] == [
        "original",
        "withdrawal",
        "reinstatement",
    ]


def test_past_of_a_review_that_moved_to_another_claim() -> None:
    publish.publish([revision(X, A, "Một.")])
    publish.publish([revision(Y, A, "Hai.")])
    publish.publish([revision(Y, B, "Ba.")])
    publish.publish([revision(X, B, "Bốn.")])
    assert [texts(claims_at(sequence)) for sequence in range(4)] == [
        {A: "Một."},
        {A: "Hai."},
        {A: "Một.", B: "Ba."},
        {B: "Bốn."},
    ]


def test_past_within_one_batch_is_as_if_published_one_by_one() -> None:
    publish.publish([revision(X, A, "Một."), revision(Y, A, "Hai.")])
    assert [texts(claims_at(sequence)) for sequence in (0, 1)] == [{A: "Một."}, {A: "Hai."}]
    assert [len(json.loads(claims_at(sequence)[A])["reviews"]) for sequence in (0, 1)] == [1, 2]


def test_past_of_an_erased_review_is_gone() -> None:
    publish.publish([revision(X, A, "Một."), revision(Y, A, "Hai.")])
    publish.publish([revision(X, A, "Bí mật.")])
    publish.publish([revision(X, B, "Bí mật.")])
    publish.publish([erase(X)])
    assert [texts(claims_at(sequence)) for sequence in range(5)] == [
        {},
        {A: "Hai."},
        {A: "Hai."},
        {A: "Hai."},
        {A: "Hai."},
    ]
    assert [sorted(reviews_at(sequence)) for sequence in range(5)] == [[], [Y], [Y], [Y], [X, Y]]
    (erasure,) = PublishedCorrection.objects.filter(kind="erasure")
    assert json.loads(erasure.body)["note"] == "Theo lệnh của toà án."
    erased = [json.loads(row.body) for row in PublishedCorrection.objects.exclude(kind="erasure")]
    assert {(row["erased"], row["note"], row["class"], row["review"]["headline"]) for row in erased} <= {
        (True, None, None, None)
    }
    assert "Bí mật" not in json.dumps(everything(), default=str, ensure_ascii=False)
    publish.publish([revision(X, A, "Đã bỏ tên.")])
    assert texts(claims_at(5)) == {A: "Đã bỏ tên."}
    assert json.loads(reviews_at(4)[X])["revision"]["kind"] == "erasure"
    correction = PublishedCorrection.objects.latest("sequence")
    assert json.loads(correction.body)["verdict_before"] is None
    publish.publish([erase(X)])
    assert [sorted(reviews_at(sequence)) for sequence in range(3, 7)] == [[Y], [Y], [Y], [X, Y]]
    call_command("verify_record")


def test_correction_row_says_what_the_document_says() -> None:
    publish.publish([revision(X, A)])
    second = {**said(X, A), "headline": "Video là của năm 2019"}
    second["verdict"] = {**second["verdict"], "slug": "true", "label": "Đúng"}
    (entry,) = publish.publish([entries.Publication(X, second, change_class="substantive", note=REASON)])
    (third,) = publish.publish([entries.Publication(X, said(X, A, "Khác."), change_class="update", note="Thêm nguồn.")])
    first, update = PublishedCorrection.objects.order_by("sequence")
    assert json.loads(first.body) == {
        "sequence": 1,
        "revision": 2,
        "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": "correction",
        "class": "substantive",
        "note": "Người quay phim xác nhận rằng đoạn video là của năm 2020.",
        "publisher": "kiemchung.example",
        "verdict_before": {"scale": "truth", "slug": "false", "label": "Sai"},
        "verdict_after": {"scale": "truth", "slug": "true", "label": "Đúng"},
        "ground": None,
        "erased": False,
        "review": {
            "id": "00000000-0000-0000-0000-000000000001",
            "url": "http://127.0.0.1:8000/reviews/00000000-0000-0000-0000-000000000001/",
            "headline": "Video là của năm 2019",
            "language": "vi",
        },
    }
    assert (first.review_id, first.change_class, first.at) == (X, "substantive", entry.at)
    assert (update.sequence, update.change_class, json.loads(update.body)["kind"]) == (
        third.sequence,
        "update",
        "update",
    )


@pytest.mark.parametrize("note", [None, "", "Xem lại.", " " * 40 + "Xem lại." + "\n" * 40, "á" * 39])
def test_substantive_correction_without_a_reason(note: str | None) -> None:
    publish.publish([revision(X, A)])
    publication = entries.Publication(X, said(X, A, "Khác."), change_class="substantive", note=note)
    with pytest.raises(RecordError, match="A substantive correction needs a reason of at least 40 characters"):
        publish.publish([publication])
    # The database refuses writes that bypass the application.
    entries.MIN_SUBSTANTIVE_NOTE, least = 0, entries.MIN_SUBSTANTIVE_NOTE
    try:
        with pytest.raises(Error, match="the substantive correction of log entry 1 gives no reason of 40 characters"):
            publish.publish([publication])
    finally:
        entries.MIN_SUBSTANTIVE_NOTE = least


def test_substantive_correction_with_the_shortest_reason() -> None:
    publish.publish([revision(X, A)])
    publish.publish([entries.Publication(X, said(X, A, "Khác."), change_class="substantive", note="á" * 40)])


@pytest.mark.parametrize(
    ("last", "following"),
    [(withdraw(X, A), withdraw(X, A)), (erase(X), withdraw(X, A)), (erase(X), erase(X))],
    ids=["withdrawn twice", "withdrawn when erased", "erased twice"],
)
def test_removal_of_what_is_removed(last: entries.Publication, following: entries.Publication) -> None:
    publish.publish([revision(X, A)])
    publish.publish([last])
    with pytest.raises(RecordError, match="This review has already been withdrawn or erased"):
        publish.publish([following])


@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.prove) for each in range(1, 4))])
def test_past_agrees_with_the_documents_whatever_happened(seed: int) -> None:
    """Against an oracle that looks at nothing but entries and documents, and against the rebuilt rows."""
    dice = random.Random(seed)
    reviews = [UUID(int=100 + number) for number in range(6)]
    claims = [UUID(int=200 + number) for number in range(3)]
    last: dict[UUID, str] = {}
    for number in range(25):
        batch = []
        for review in dice.sample(reviews, dice.choice([1, 1, 2, 4])):
            claim, was = dice.choice(claims), last.get(review)
            choices = ["withdraw", "publish", "publish", "erase"] if was in ("publish", "reinstate") else ["publish"]
            chosen = dice.choice(["reinstate", "erase"] if was == "withdraw" else choices)
            text = f"Lần {number}."
            batch.append(
                {
                    "publish": revision(review, claim, text),
                    "withdraw": withdraw(review, claim),
                    "erase": erase(review),
                    "reinstate": entries.Publication(
                        review, said(review, claim, text), LogEntry.Kind.REINSTATEMENT, note="Đúng nguồn."
                    ),
                }[chosen]
            )
            last[review] = chosen
        publish.publish(batch)
    size = LogEntry.objects.count()
    for sequence in range(size):
        expected = oracle(sequence)
        assert {pk: json.loads(body)["revision"]["sequence"] for pk, body in reviews_at(sequence).items()} == {
            pk: entry.sequence for pk, (entry, _) in expected.items()
        }
        assert texts(claims_at(sequence)) == oracle_texts(expected)
    before = everything()
    call_command("rebuild_record")
    assert everything() == before
    call_command("verify_record")


def oracle(sequence: int) -> dict[UUID, tuple[LogEntry, dict[str, Any]]]:
    """The newest entry about each review up to this one, if its document is still there."""
    documents = {row.entry_id: json.loads(bytes(row.document)) for row in RevisionDocument.objects.all()}
    newest = {entry.subject: entry for entry in LogEntry.objects.filter(sequence__lte=sequence).order_by("sequence")}
    return {
        subject: (entry, documents[entry.sequence]) for subject, entry in newest.items() if entry.sequence in documents
    }


def oracle_texts(reviews: dict[UUID, tuple[LogEntry, dict[str, Any]]]) -> dict[UUID, str | None]:
    found: dict[UUID, str | None] = {}
    for entry, document in sorted(reviews.values(), key=lambda pair: pair[0].sequence):
        if "claim" in document:
            claim = UUID(document["claim"]["id"])
            found.setdefault(claim, None)
            if entry.kind in LIVE:
                found[claim] = document["claim"]["text"]
    return dict(sorted(found.items()))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("UPDATE record_publishedreview SET earlier_claims = '{}'", "published review .* is not what"),
        ("UPDATE record_publishedcorrection SET change_class = 'typo'", "published correction 1 is not what"),
        ("DELETE FROM record_publishedcorrection", "published correction 1 is not what"),
        ("UPDATE record_word SET reviews = 2 WHERE word = 'hai'", "The word hai is in 1 reviews, not 2"),
        ("DELETE FROM record_word WHERE word = 'hai'", "rows of word instead of"),
        ("INSERT INTO record_publishedcorrection (sequence, review_id, kind, change_class, publisher, language, at, days, body)"
         " SELECT 9, review_id, kind, change_class, publisher, language, at, days, body FROM record_publishedcorrection", "2 rows of published correction"),
    ],
)  # fmt: skip
def test_verify_record_looks_at_the_past(sql: str, message: str) -> None:
    publish.publish([revision(X, B, "Một.")])
    publish.publish([revision(X, A, "Hai.")])
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(CommandError, match=message):
        call_command("verify_record")
