"""The projection of merges and splits: who joined what with what, and the rows of claims that follow.

The documents of the reviews stay as they are.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from factcheck.record.formats.canonical import respelled
from factcheck.record.formats.urls import claim_url
from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.claim_merges import Family
from factcheck.record.readmodel.claim_rows import remake_claims
from factcheck.record.readmodel.models import PublishedMerge
from factcheck.record.readmodel.review_rows import body_at


def apply(published: Sequence[Published]) -> None:
    """One by one in the log's order, since a merge shows what those before it joined."""
    for each in published:
        entry = each.entry
        if not entry.is_of_claim:
            continue
        PublishedMerge.objects.filter(claim_id=entry.subject, until=None).update(until=entry.sequence)
        PublishedMerge.objects.bulk_create([merge_row(entry, each.document)])
        homes = Family.of([entry.subject]).homes(entry.subject)
        remake_claims({home.claim_id for home in homes if home.until is None or home.until >= entry.sequence})


def rebuild() -> None:
    PublishedMerge.objects.all().delete()


def merge_row(entry: LogEntry, document: dict[str, Any], until: int | None = None) -> PublishedMerge:
    """The row of a merge or split; `until` is the entry about the same claim that follows it."""
    return PublishedMerge(
        sequence=entry.sequence,
        claim_id=entry.subject,
        into_id=UUID(document["into"]["id"]) if "into" in document else None,
        until=until,
        body=respelled(body_at(claim_url(entry.subject), entry, document)).decode(),
    )
