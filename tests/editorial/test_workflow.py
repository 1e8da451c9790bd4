"""The life of a claim, verb by verb."""

import json

from factcheck.record.models import LogEntry, PublishedClaim, PublishedReference, PublishedReview, RevisionDocument
from tests.drafts import (
    correct_review,
    make_newsroom,
    make_review,
    make_scale,
    publish_review,
    reinstate_review,
    withdraw_review,
)


def test_story_from_draft_to_reinstatement(database: str) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    publish_review(newsroom, review)
    correct_review(newsroom, review, verdict=make_scale().verdicts.get(slug="true"))
    withdraw_review(newsroom, review)
    reinstate_review(newsroom, review)

    assert list(LogEntry.objects.values_list("sequence", "kind", "number")) == [
        (0, "review.original", 1),
        (1, "review.correction", 2),
        (2, "review.withdrawal", 3),
        (3, "review.reinstatement", 4),
    ]
    published = PublishedReview.objects.using("public").get()
    body = json.loads(published.body)
    assert published.status == "live"
    assert body["verdict"]["slug"] == "true"
    assert body["corrections"][0]["verdict_before"] == {"scale": "truth", "slug": "false", "label": "Sai"}
    assert body["corrections"][0]["verdict_after"] == {"scale": "truth", "slug": "true", "label": "Đúng"}
    assert body["revision"]["kind"] == "reinstatement"
    assert body["revision"]["note"] == "Nguồn đã xác nhận lại số liệu."
    tombstone = json.loads(bytes(RevisionDocument.objects.get(entry=2).document))
    assert "verdict" not in tombstone
    assert tombstone["revision"] == {
        "number": 3, "kind": "withdrawal", "class": None, "note": "Nguồn chính đã rút lại số liệu."
    }  # fmt: skip
    assert PublishedClaim.objects.get().status == "live"
    assert set(PublishedReference.objects.values_list("kind", "key")) == {
        ("publisher", "kiemchung.example"),
        ("verdict", "truth:true"),
        ("claimant", str(review.claim.claimant_id)),
    }
