"""Log entries with their bodies, as sent in the changes feed and in webhooks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.models import PublishedDemand, PublishedMerge, PublishedReview

# The models that store the bodies of reviews and demands. Merges are added below. A key rotation has no body.
_MODELS: dict[str, type[Any]] = {"review": PublishedReview, "demand": PublishedDemand}


def changes(entries: Sequence[LogEntry]) -> list[dict[str, Any]]:
    """The entries, ready for orjson. `body` is the subject's current body, or null if there is a later entry."""
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
    """The bodies of entries that are the newest about their subject, by sequence number."""
    found: dict[int, orjson.Fragment] = {}
    for prefix, model in _MODELS.items():
        ids: set[UUID] = {entry.subject for entry in entries if entry.kind.startswith(f"{prefix}.")}
        rows = model.objects.using("public").filter(id__in=ids) if ids else model.objects.none()
        found |= {sequence: orjson.Fragment(body) for sequence, body in rows.values_list("sequence", "body")}
    if merges := [entry.sequence for entry in entries if entry.is_of_claim]:
        current = PublishedMerge.objects.using("public").in_force().filter(sequence__in=merges)
        found |= {sequence: orjson.Fragment(body) for sequence, body in current.values_list("sequence", "body")}
    return found
