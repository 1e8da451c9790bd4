"""Documents in bundles, numbered like the tiles of level 0 (docs/reference/log.md, "Bundles of documents")."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import orjson

from factcheck.database.rows import run_prepared
from factcheck.record.log.models import RevisionDocument

BATCH = 2**19  # in bytes of documents in memory at the same time, unless one document is larger

# `xmin` changes whenever a row is written again, so the ETag changes even if somebody bypasses the rules of the tables.
# PostgreSQL knows a document's length without reading the document.
_ROWS = """
    SELECT e.sequence, d.xmin::text, coalesce(length(d.document), 0)
    FROM record_logentry e LEFT JOIN record_revisiondocument d ON d.sequence = e.sequence
    WHERE e.sequence >= %s AND e.sequence < %s ORDER BY e.sequence
"""


@dataclass(frozen=True, slots=True)
class DocumentBundle:
    """The documents of consecutive entries. `rows` has the sequence, the version and the length in bytes of each."""

    rows: list[tuple[int, str | None, int]]

    @classmethod
    def read(cls, start: int, width: int) -> "DocumentBundle | None":
        """Return the bundle, or None if the log doesn't have all these entries yet."""
        rows = run_prepared(_ROWS, [start, start + width])
        return cls(rows) if len(rows) == width else None

    @property
    def version(self) -> str:
        """A hash that changes when a document is erased. It is computed without reading a document."""
        return sha256(repr(self.rows).encode()).hexdigest()[:32]

    @property
    def size(self) -> int:
        """The size of all documents in bytes, without the salts."""
        return sum(length for _sequence, _version, length in self.rows)

    def lines(self) -> Iterator[bytes]:
        """Yield a line of JSON for each entry: document and salt, or null for an erased document.

        Documents are read in batches, so that a large bundle doesn't fill the memory.
        """
        batch: list[int] = []
        size = 0
        for sequence, _version, length in self.rows:
            if batch and size + length > BATCH:
                yield from _lines(batch)
                batch, size = [], 0
            batch.append(sequence)
            size += length
        yield from _lines(batch)


def _lines(sequences: list[int]) -> Iterator[bytes]:
    found = RevisionDocument.objects.using("public").in_bulk(sequences)
    for sequence in sequences:
        row = found.get(sequence)
        # Published documents are always valid UTF-8. If somebody bypassed the rules, the digest doesn't match, so
        # replaced characters hide nothing.
        line = row and {"document": bytes(row.document).decode(errors="replace"), "salt": bytes(row.salt).hex()}
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
