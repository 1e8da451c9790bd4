"""The comparison of two revisions of a review, which recognises a change of metadata."""

from typing import Any

from factcheck.record.statements.review import Review, Verdict

# Metadata of a source or an appearance. For example, a copy that arrives later doesn't change what the review says.
EVIDENCE_KEYS = {"published_on", "capture", "no_capture_reason"}
_CONTENT = {"headline", "summary", "body", "claim", "sources", "replies", "verdict"}
_METADATA: Any = {
    "claim": {
        "language": True,
        "claimed_on": True,
        "appearances": {"__all__": EVIDENCE_KEYS},
        "wordings": {"__all__": {"by"}},
    },
    "sources": {"__all__": EVIDENCE_KEYS},
    "verdict": Verdict.model_fields.keys() - {"scale", "slug", "original"},
}


def has_same_content(before: Review, after: Review) -> bool:
    """Return whether the verdict, the claim and the text are equal, so that at most metadata differs.

    Metadata includes languages, dates, authors, topics, the publisher, the licence and the copies of the evidence. The
    labels of a verdict depend on the language, and so can its explanation. record_same_content in sql/documents.sql
    does the same in the database.
    """
    return _content(before) == _content(after) and (
        before.language != after.language or before.verdict.explanation == after.verdict.explanation
    )


def _content(review: Review) -> object:
    return review.model_dump(include=_CONTENT, exclude=_METADATA, warnings=False)
