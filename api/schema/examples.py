"""Examples of the components; the tests hold each against its schema. Everything in them is made up."""

from typing import Any

Json = dict[str, Any]

_REVIEW_ID = "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a"
_CLAIM_ID = "01912d68-7000-7c0d-8e5f-1a2b3c4d5e6f"
_SITE = "https://factcheck.example"
_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_DIGEST = "5d41402abc4b2a76b9719d911017c592ae9f1b7a0b7c4ad0b7c4ad0b7c4ad0b7"
_AT = "2026-10-05T02:14:07.218000Z"

CLAIMANT: Json = {
    "id": "01912d68-6f00-7b7a-9c11-0a1b2c3d4e5f", "type": "unnamed", "name": None, "description": "a social media user",
    "job_title": None, "same_as": [], "confirmed": True,
}  # fmt: skip
PUBLISHER: Json = {
    "type": "organization", "name": "Example Check", "site": "check.example", "url": "https://check.example/",
    "logo_url": None, "same_as": [], "methodology_url": "https://check.example/method",
    "corrections_url": "https://check.example/corrections", "principles_url": None, "unnamed_sources_url": None,
    "feedback_url": None,
}  # fmt: skip
TOPIC: Json = {"slug": "floods", "labels": {"en": "Floods", "vi": "Lũ lụt"}}
VERDICT: Json = {
    "scale": "truth", "slug": "false", "label": "False", "labels": {"en": "False", "vi": "Sai"}, "value": 1, "best": 5,
    "worst": 1, "explanation": None, "original": None,
}  # fmt: skip
_CLAIM: Json = {
    "id": _CLAIM_ID, "text": "The flood has reached the roof of the pagoda.", "language": "en",
    "claimed_on": "2026-10-03", "location": None, "claimant": CLAIMANT,
    "appearances": [
        {
            "url": "https://social.example/p/1", "medium": "video", "media_sha256": None, "archive_url": None,
            "first": True,
        }
    ],
}  # fmt: skip
_METADATA: Json = {
    "number": 1, "kind": "original", "class": None, "note": None, "sequence": 41, "digest": _DIGEST,
}  # fmt: skip
REVIEW: Json = {
    "id": _REVIEW_ID, "url": f"{_SITE}/reviews/{_REVIEW_ID}/", "original_url": None, "archive_url": None,
    "language": "en", "headline": "The video of the flood is from 2020", "summary": "False. It was filmed in 2020.",
    "body": "The video was **not** filmed this year.", "claim": _CLAIM, "verdict": VERDICT,
    "sources": [
        {
            "title": "The video as first posted", "url": "https://archive.example/2020/1", "publisher": None,
            "stance": "refutes", "quote": None, "archive_url": None, "accessed_on": "2026-10-04",
        }
    ],
    "publisher": PUBLISHER, "authors": [{"name": "A. Reporter"}], "topics": [TOPIC], "reviewed_on": "2026-10-05",
    "license": _LICENSE, "published_at": _AT, "updated_at": _AT, "revision": _METADATA, "corrections": [],
}  # fmt: skip
_REVISION: Json = {
    **_METADATA, "at": _AT, "url": f"{_SITE}/api/v1/reviews/{_REVIEW_ID}/revisions/1/",
    "document_url": f"{_SITE}/api/v1/reviews/{_REVIEW_ID}/revisions/1/document/",
    "proof_url": f"{_SITE}/api/v1/log/proofs/inclusion?sequence=41",
}  # fmt: skip
_IN_CLAIM = (
    "id",
    "url",
    "original_url",
    "language",
    "headline",
    "verdict",
    "reviewed_on",
    "published_at",
    "updated_at",
)

EXAMPLES: dict[str, Any] = {
    "Review": REVIEW,
    "Tombstone": {
        **{key: REVIEW[key] for key in ("id", "url", "original_url", "language", "headline", "publisher", "license")},
        "claim": {"id": _CLAIM_ID}, "published_at": _AT, "updated_at": "2026-10-09T07:00:00.000000Z", "corrections": [],
        "revision": {**_METADATA, "number": 2, "kind": "withdrawal", "note": "The source took its figures back."},
    },
    "Claim": {
        **_CLAIM, "url": f"{_SITE}/api/v1/claims/{_CLAIM_ID}/", "merged": [], "topics": [TOPIC], "license": _LICENSE,
        "published_at": _AT, "updated_at": _AT,
        "reviews": [
            {key: REVIEW[key] for key in _IN_CLAIM} | {"publisher": {"name": "Example Check", "site": "check.example"}}
        ],
    },
    "Revision": _REVISION,
    "CorrectionOfReview": {
        "sequence": 57, "revision": 2, "at": "2026-10-07T09:12:44.031000Z", "kind": "correction",
        "class": "substantive",
        "note": "We gave 2019 as the year of the video. The person who filmed it says that it was 2020.",
        "publisher": "check.example",
        "verdict_before": {"scale": "truth", "slug": "false", "label": "False"},
        "verdict_after": {"scale": "truth", "slug": "false", "label": "False"},
        "review": {
            "id": _REVIEW_ID, "url": f"{_SITE}/reviews/{_REVIEW_ID}/", "language": "en",
            "headline": "The video of the flood is from 2020",
        },
    },
    "Change": {
        "sequence": 41, "at": _AT, "kind": "review.original", "subject": _REVIEW_ID, "number": 1, "digest": _DIGEST,
        "body": REVIEW,
    },
    "JsonPatch": [{"op": "replace", "path": "/headline", "value": "The video of the flood is from 2020"}],
    "RatingScale": {
        "slug": "truth", "best": 5, "worst": 1,
        "verdicts": [{"slug": "false", "value": 1, "labels": {"en": "False", "vi": "Sai"}}],
    },
    "ReviewList": {"results": [REVIEW], "next": f"{_SITE}/api/v1/reviews/?cursor=WzAsInQy", "previous": None},
    "Problem": {
        "type": f"{_SITE}/api/problems/bad-parameter/", "title": "A parameter is wrong", "status": 400,
        "detail": "At least one query parameter is unknown here or has a value that it cannot have.",
        "instance": "/api/v1/reviews/",
        "errors": [
            {"parameter": "langauge", "detail": "There is no such parameter here. Did you mean language?"},
            {"parameter": "page_size", "detail": "Give a number from 1 to 100."},
        ],
    },
}  # fmt: skip
