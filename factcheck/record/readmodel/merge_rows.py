"""The projection of merges and splits, which also rebuilds the rows of the claims. Rows of reviews don't change."""

from collections.abc import Sequence
from uuid import UUID

from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.claim_rows import write_claims
from factcheck.record.readmodel.models import PublishedMerge
from factcheck.record.readmodel.review_rows import body_of
from factcheck.record.statements.merge import Merge
from factcheck.record.statements.output import read


def apply(published: Sequence[Published]) -> None:
    """Apply the entries one at a time, because each merge depends on earlier merges."""
    for each in published:
        entry = each.entry
        if not entry.is_of_claim:
            continue
        PublishedMerge.objects.in_force().filter(claim_id=entry.subject).update(until=entry.sequence)
        PublishedMerge.objects.bulk_create([merge_row(entry, each.document)])
        write_claims(MergeGroup.of([entry.subject]).members)


def rebuild() -> None:
    PublishedMerge.objects.all().delete()


def merge_row(entry: LogEntry, document: bytes, until: int | None = None) -> PublishedMerge:
    """Return the row of a merge or split. `until` is the sequence number of the next entry about the claim."""
    into = read(Merge, document).into if entry.kind == LogEntry.Kind.CLAIM_MERGE else None
    return PublishedMerge(
        sequence=entry.sequence,
        claim_id=entry.subject,
        into_id=UUID(into.id) if into else None,
        until=until,
        body=body_of(entry, document).decode(),
    )
