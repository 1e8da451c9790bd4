"""An entry of the log as programs are told of it: by the feed of changes, and by webhooks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.models import PublishedDemand, PublishedMerge, PublishedReview

# Where the body of a kind's subject stands; that of a claim is made below, a rotation of the log's key has none.
_MODELS: dict[str, type[Any]] = {"review": PublishedReview, "demand": PublishedDemand}


def changes(entries: Sequence[LogEntry]) -> list[dict[str, Any]]:
    """For orjson. `body` is what is public at the subject's address now; null where a later entry is about the same."""
    bodies = _bodies(entries)
    return [
        {
            "sequence": entry.sequence,
            "at": rfc3339(entry.at),
            "kind": entry.kind,
            "subject": str(entry.subject),
            "number": entry.number,
            "digest": entry.digest,
            "body": bodies.get(entry.sequence),
        }
        for entry in entries
    ]


def _bodies(entries: Sequence[LogEntry]) -> dict[int, orjson.Fragment]:
    """By sequence, the bodies of those entries that are the newest about their subjects."""
    found: dict[int, orjson.Fragment] = {}
    for prefix, model in _MODELS.items():
        ids: set[UUID] = {entry.subject for entry in entries if entry.kind.startswith(f"{prefix}.")}
        rows = model.objects.using("public").filter(id__in=ids) if ids else model.objects.none()
        found |= {sequence: orjson.Fragment(body) for sequence, body in rows.values_list("sequence", "body")}
    if merges := [entry.sequence for entry in entries if entry.is_of_claim]:
        standing = PublishedMerge.objects.using("public").filter(sequence__in=merges, until=None)
        found |= {sequence: orjson.Fragment(body) for sequence, body in standing.values_list("sequence", "body")}
    return found
