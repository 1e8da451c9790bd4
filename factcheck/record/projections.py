"""Everything that is derived from the log: one list of projections, and how all are rebuilt.

A projection is a module. Merges and reviews read each other's rows, so all projections get the same batches in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol
from uuid import UUID

from factcheck.record.log.models import LogEntry, Published
from factcheck.record.matching import vectors
from factcheck.record.readmodel import demand_rows, merge_rows, review_rows
from factcheck.record.search import words

BATCH = 1000


class Projection(Protocol):
    """Rows that entries and documents give. Both functions are called in a transaction under the log's lock."""

    def apply(self, published: Sequence[Published], /) -> None:
        """Brings the rows up to date with the newest entries, at most one about a subject."""

    def rebuild(self) -> None:
        """Deletes the rows, before the whole log is applied again."""


PROJECTIONS: tuple[Projection, ...] = (review_rows, demand_rows, merge_rows, words, vectors)


def rebuild(entries: Iterable[LogEntry]) -> None:
    """Makes all rows again from these entries, which come from `LogEntry.objects.with_documents()`."""
    for projection in PROJECTIONS:
        projection.rebuild()
    for batch in _batches(entries):
        before = {entry.subject: Published.of(entry) for entry in _before(batch)}
        published = [Published.of(entry, before.get(entry.subject)) for entry in batch]
        for projection in PROJECTIONS:
            projection.apply(published)


def _before(batch: Sequence[LogEntry]) -> Iterable[LogEntry]:
    """The last entry before the batch about each of its subjects that has one."""
    later = [entry.subject for entry in batch if entry.number > 1]
    return LogEntry.objects.with_documents().filter(sequence__lt=batch[0].sequence).last_of(later) if later else ()


def _batches(entries: Iterable[LogEntry]) -> Iterator[list[LogEntry]]:
    """In the log's order, at most one entry about a subject in each. A merge or split is a batch of its own."""
    batch: dict[UUID, LogEntry] = {}
    for entry in entries:
        if batch and (entry.subject in batch or len(batch) == BATCH or entry.is_of_claim):
            yield list(batch.values())
            batch = {}
        if entry.is_of_claim:
            yield [entry]
        else:
            batch[entry.subject] = entry
    if batch:
        yield list(batch.values())
