"""The import of files into a batch, in chunks, with a list of refused records."""

import errno
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from factcheck.editorial.models import ImportBatch, User
from factcheck.imports.importer.batches import add_to_batch
from factcheck.imports.importer.record_import import Refused
from factcheck.imports.readers.chunks import ReadResult, read_chunks
from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.results import Position, Problem, Record, Refusal
from factcheck.record.statements.values import UNKNOWN_LANGUAGE

_INDEX = re.compile(r"/[0-9]+(?=/|$)")
_MAX_PLACES = 1000  # more places than this are counted together as "elsewhere"


@dataclass
class Counts:
    """The number of records by outcome. Refusals are counted by the code of their first reason.

    `left_out` counts the values of imported records that couldn't be kept, by property and code. `languages` counts the
    detected languages, and "und" if no language is certain enough.
    """

    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def count_language(self, record: ImportedReview) -> None:
        if record.language_detected or record.language == UNKNOWN_LANGUAGE:
            self.languages[record.language] += 1

    def leave_out(self, problems: Sequence[Problem]) -> None:
        for problem in problems:
            place = f"{_printable(_INDEX.sub('', problem.pointer))} {problem.code}"
            self.left_out[place if place in self.left_out or len(self.left_out) < _MAX_PLACES else "elsewhere"] += 1

    def __str__(self) -> str:
        causes = ", ".join(f"{code} {count}" for code, count in self.refused.most_common())
        return (
            f"{self.new} new, {self.unchanged} unchanged, {self.changed} changed, {self.refused.total()} refused"
            f"{f' ({causes})' if causes else ''}"
        )


class Listing(AbstractContextManager["Listing"]):
    """A JSON Lines file that is created when the first line is written.

    Each line contains the file, line, pointer, URL and reasons. If the record was refused, the line also contains the
    whole record.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._out: TextIO | None = None

    def __exit__(self, *_error: object) -> None:
        if self._out:
            self._out.close()

    def read(self) -> list[Any]:
        """Return the lines that were written, after the file was closed."""
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()] if self._out else []

    def write(
        self, file: Path, position: Position, address: str | None, reasons: Sequence[Problem], **more: Any
    ) -> None:
        if self._out is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Invalid UTF-8 has been read as lone surrogates. JSON writes such a surrogate as "\\udce9".
            self._out = self.path.open("w", encoding="utf-8", errors="backslashreplace")
        line = {
            "file": str(file),
            "line": position.line,
            "pointer": position.pointer,
            "address": address,
            "reasons": [asdict(problem) for problem in reasons],
            **more,
        }
        self._out.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.lines += 1


def digest_of(files: Sequence[Path], fetched: Container[Path] = ()) -> str:
    """Return a SHA-256 that identifies these files by name and contents, and fetched files by name only.

    The name of a fetched file depends on its URL (`fetch_claims`). The same URL can return different contents later, so
    the contents don't count. Raises OSError.
    """
    whole = hashlib.sha256()
    each = ((os.fsencode(path.name), b"" if path in fetched else _digest_of_contents(path)) for path in files)
    for name, contents in sorted(each):
        whole.update(b"%d %s %d %s" % (len(name), name, len(contents), contents))
    return whole.hexdigest()


def import_files(
    files: Sequence[Path],
    batch: ImportBatch,
    by: User,
    refused: Listing,
    left_out: Listing,
    *,
    outcomes: Listing | None = None,
    language: str = "",
    progress: Callable[[int], object] = lambda done: None,
) -> Counts:
    """Import every record in the files.

    `progress` is called with the number of bytes read since the last call. `language` applies to records without a
    language. `outcomes` gets a line for each record: new, changed, unchanged or refused.
    """
    counts = Counts()
    for path in files:
        before = 0
        for chunk, done in read_chunks(path, language):
            for found, record, outcome in import_chunk(chunk, batch, by, counts):
                if isinstance(found, Refusal):
                    address, reasons = found.address, found.problems
                    counts.refused[reasons[0].code] += 1
                    refused.write(path, found.position, address, reasons, record=record)
                else:
                    address, reasons = found.data.original_url, found.dropped
                    if reasons:
                        counts.leave_out(reasons)
                        left_out.write(path, found.position, address, reasons)
                if outcomes:
                    outcomes.write(path, found.position, address, reasons, outcome=outcome)
            progress(done - before)
            before = done
    return counts


def import_chunk(
    chunk: Sequence[ReadResult], batch: ImportBatch, by: User, counts: Counts
) -> Iterator[tuple[Record | Refusal, object, str]]:
    """Import one chunk. Yield its records and all refusals in file order, each with its object and its outcome."""
    records = [result for result, _ in chunk if isinstance(result, Record)]
    outcomes = iter(add_to_batch(batch=batch, by=by, records=records) if records else [])
    for result, node in chunk:
        if isinstance(result, Refusal):
            yield result, node, "refused"
            continue
        outcome = next(outcomes)
        if isinstance(outcome, Refused):
            yield _refusal(result.position, outcome, result), result.data.to_json_object(), "refused"
        else:
            setattr(counts, outcome, getattr(counts, outcome) + 1)
            counts.count_language(result.data)
            yield result, None, outcome


def _printable(text: str) -> str:
    """Return the text with unprintable characters escaped, because property names can contain any character."""
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


def _digest_of_contents(path: Path) -> bytes:
    with path.open("rb") as file:
        if not file.seekable():
            fault = "the import has to read it twice, which is impossible here. Save it to a file first"
            raise OSError(errno.ESPIPE, fault, str(path))
        return hashlib.file_digest(file, "sha256").digest()


def _refusal(position: Position, outcome: Refused, record: Record) -> Refusal:
    return Refusal(position, (Problem("", outcome.code, str(outcome.detail)),), record.data.original_url)
