"""A file's records as an import reads them."""

from collections.abc import Iterator
from pathlib import Path

from factcheck.imports.readers import chunks
from factcheck.imports.readers.results import Record, Refusal


def records(path: Path) -> Iterator[Record | Refusal]:
    """Every record of the file in its order, taken in or refused."""
    for chunk, _ in chunks.read_chunks(path):
        for result, _ in chunk:
            yield result
