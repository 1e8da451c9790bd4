"""Log entries with their bodies, as sent in the changes feed and in webhooks."""

from collections.abc import Sequence

import orjson

from factcheck.database.rows import run_prepared
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.bodies import Change
from factcheck.record.readmodel.models import PublishedDemand, PublishedMerge, PublishedReview
from factcheck.record.readmodel.row_models import Status

_SECTIONS = ("reviews", "demands", "claims")  # key rotations and disownings have no body

# `xmin` changes whenever a row is written. PostgreSQL reads it without reading the body.
_ENTRIES = """
    SELECT e.sequence, e.at, e.kind, e.subject, e.number, e.digest, r.xmin::text, d.xmin::text, m.xmin::text
    FROM record_logentry e LEFT JOIN record_publishedreview r ON r.id = e.subject
    LEFT JOIN record_publisheddemand d ON d.id = e.subject LEFT JOIN record_publishedmerge m ON m.sequence = e.sequence
    WHERE e.sequence > %s ORDER BY e.sequence LIMIT %s
"""


def entries_after(since: int, size: int) -> tuple[list[LogEntry], str]:
    """Return the next entries, and a version that changes whenever the result of `changes` changes."""
    rows = run_prepared(_ENTRIES, [since, size])
    return [LogEntry(*row[:6]) for row in rows], repr(rows)


def changes(entries: Sequence[LogEntry]) -> list[Change]:
    """Return the entries with their bodies.

    `body` is the subject's current body, or null if there is a later entry about the subject.
    """
    bodies = _bodies(entries)
    return [
        Change(
            sequence=entry.sequence,
            at=rfc3339(entry.at),
            kind=entry.kind,
            subject=str(entry.subject),
            number=entry.number,
            digest=entry.digest,
            body=bodies.get(entry.sequence),
        )
        for entry in entries
    ]


def _bodies(entries: Sequence[LogEntry]) -> dict[int, orjson.Fragment]:
    """Return the bodies of entries that are the newest about their subject, by sequence number.

    The state of a subject is in its body and in a column. For example, an erased review responds with 410 because of
    the column. A body that contradicts the column has been changed in the database, so it is left out.
    """
    ids = {section: [entry.subject for entry in entries if entry.section == section] for section in _SECTIONS}
    erasures = {entry.sequence for entry in entries if entry.kind == LogEntry.Kind.ERASURE}
    splits = {entry.sequence for entry in entries if entry.kind == LogEntry.Kind.CLAIM_SPLIT}
    found: dict[int, str] = {}
    if ids["reviews"]:
        reviews = PublishedReview.objects.using("public").filter(id__in=ids["reviews"])
        rows = reviews.values_list("sequence", "body", "status")
        found |= {number: body for number, body, status in rows if (status == Status.ERASED) == (number in erasures)}
    if ids["demands"]:
        demands = PublishedDemand.objects.using("public").filter(id__in=ids["demands"])
        found |= dict(demands.values_list("sequence", "body"))
    if ids["claims"]:
        merges = PublishedMerge.objects.using("public").in_force().filter(claim_id__in=ids["claims"])
        found |= {
            number: body
            for number, body, into in merges.values_list("sequence", "body", "into_id")
            if (into is None) == (number in splits) and str(into or "") in body
        }
    return {sequence: orjson.Fragment(body) for sequence, body in found.items()}
