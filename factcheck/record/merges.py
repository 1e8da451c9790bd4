"""Merges and splits of claims in the read model: who joined what with what, and the rows of claims that follow.

As `readmodel` for reviews: derived from entries and documents, and made anew by `manage.py rebuild_record`. The
documents of the reviews stay as they are.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from factcheck.record.addresses import claim_url
from factcheck.record.canonical import respelled
from factcheck.record.claims import remake_claims
from factcheck.record.families import Family
from factcheck.record.models import LogEntry, PublishedMerge
from factcheck.record.readmodel import body_at

Published = tuple[LogEntry, dict[str, Any]]


def project_merges(published: Sequence[Published]) -> None:
    """Brings the read model up to date with entries about claims and their documents, in the log's order."""
    for entry, document in published:
        PublishedMerge.objects.filter(claim_id=entry.subject, until=None).update(until=entry.sequence)
        PublishedMerge.objects.bulk_create([merge_row(entry, document)])
        homes = Family.of([entry.subject]).homes(entry.subject)
        remake_claims({home.claim_id for home in homes if home.until is None or home.until >= entry.sequence})


def merge_row(entry: LogEntry, document: dict[str, Any], until: int | None = None) -> PublishedMerge:
    """The row of a merge or split; `until` is the entry about the same claim that follows it."""
    return PublishedMerge(
        sequence=entry.sequence,
        claim_id=entry.subject,
        into_id=UUID(document["into"]["id"]) if "into" in document else None,
        until=until,
        body=respelled(body_at(claim_url(entry.subject), entry, document)).decode(),
    )
