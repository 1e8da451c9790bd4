"""The comparison of two revisions of a review, which recognises a change of metadata."""

from collections.abc import Mapping
from typing import Any

# Metadata of a source or an appearance. For example, a copy that arrives later doesn't change what the review says.
EVIDENCE_KEYS = ("published_on", "capture", "no_capture_reason")


def has_same_content(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether the verdict, the claim and the text are equal, so that at most metadata differs.

    Metadata includes languages, dates, authors, topics, the publisher, the licence and the copies of the evidence. The
    labels of a verdict depend on the language, and so can its explanation. record_same_content in sql/documents.sql
    does the same in the database.
    """
    return _content(before) == _content(after) and (
        before["language"] != after["language"] or before["verdict"]["explanation"] == after["verdict"]["explanation"]
    )


def _content(statement: Mapping[str, Any]) -> list[Any]:
    claim = _without(statement["claim"], "language", "claimed_on")
    claim["appearances"] = [_without(each, *EVIDENCE_KEYS) for each in claim["appearances"]]
    sources = [_without(each, *EVIDENCE_KEYS) for each in statement["sources"]]
    verdict = [statement["verdict"][key] for key in ("scale", "slug", "original")]
    return [claim, sources, *verdict, *(statement[key] for key in ("headline", "summary", "body"))]


def _without(value: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key not in keys}
