"""The list of all projections of the log, and the function that rebuilds them.

A projection is a module. Merges and reviews read each other's rows, so all projections receive the same batches in the
same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol
from uuid import UUID

from factcheck.record.log.models import LogEntry, Published
from factcheck.record.matching import vectors
from factcheck.record.readmodel import (
    address,
    demand_rows,
    mapping_rows,
    merge_rows,
    picture_rows,
    profile_rows,
    review_rows,
)
from factcheck.record.search import words

BATCH = 1000


class Projection(Protocol):
    """Rows derived from entries and documents. Both functions run in a transaction while the log is locked."""

    def apply(self, published: Sequence[Published], /) -> None:
        """Update the rows with the newest entries. Each subject occurs at most once."""

    def rebuild(self) -> None:
        """Delete the rows before the whole log is applied again."""


PROJECTIONS: tuple[Projection, ...] = (
    address, review_rows, mapping_rows, profile_rows, demand_rows, merge_rows, picture_rows, words, vectors,
)  # fmt: skip


def rebuild(entries: Iterable[LogEntry]) -> None:
    """Rebuild all rows from these entries, which must come from `LogEntry.objects.with_documents()`."""
    for projection in PROJECTIONS:
        projection.rebuild()
    for batch in _batches(entries):
        previous = {entry.subject: Published.of(entry) for entry in _previous_entries(batch)}
        published = [Published.of(entry, previous.get(entry.subject)) for entry in batch]
        for projection in PROJECTIONS:
            if projection is picture_rows:  # one damaged file must not prevent the rebuilding
                picture_rows.apply(published, strict=False)
            else:
                projection.apply(published)


def _previous_entries(batch: Sequence[LogEntry]) -> Iterable[LogEntry]:
    """Return the last entry before the batch for each subject in the batch, if there is one."""
    subjects = [entry.subject for entry in batch if entry.number > 1]
    if not subjects:
        return ()
    return LogEntry.objects.with_documents().filter(sequence__lt=batch[0].sequence).last_of(subjects)


def _batches(entries: Iterable[LogEntry]) -> Iterator[list[LogEntry]]:
    """Yield the entries in ordered batches.

    A subject occurs once per batch, and a merge or split gets its own batch.
    """
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
