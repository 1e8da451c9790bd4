"""The reader of a file of reviews in chunks. A large file is read in a separate process.

Reading takes a third of Python's time in an import, so a separate process can use a second core. This process has
access to the file only, and has no settings or database.
"""

import json
import math
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from factcheck.imports.readers.files import Candidate, ReviewFile
from factcheck.imports.readers.json_stream import Number, length_of
from factcheck.imports.readers.records import record_of
from factcheck.imports.readers.results import Record, Refusal

# A chunk ends after this many records or characters. Only one chunk is kept in memory.
CHUNK = 1000
CHUNK_CHARACTERS = 16 * 1024 * 1024
# In characters. A longer refused object isn't passed on, because its position is enough to find it in the file.
MAX_REFUSED = 1024 * 1024
# In bytes. Reading a smaller file takes less time than starting another Python process.
LARGE = 1024 * 1024
# A record, or a refusal with its object. The object is None if it is too long or unreadable.
ReadResult = tuple[Record | Refusal, object]
ROOT = Path(__file__).resolve().parents[3]


def read_chunks(path: Path, language: str = "") -> Iterator[tuple[list[ReadResult], int]]:
    """Yield the file's records in chunks, each with the number of bytes read so far. Raises OSError.

    `language` applies to records without a language.
    """
    if path.stat().st_size < LARGE:
        yield from _chunks(path, language)
        return
    path.open("rb").close()  # a missing file raises its error here, not in the other process
    command = [sys.executable, "-m", __name__, str(path.absolute()), language]
    # The process has its own session, so that Ctrl-C interrupts only the import. The process ends with the import.
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        try:
            while (chunk := pickle.load(process.stdout)) is not None:  # noqa: S301 (our own process wrote it)
                yield chunk
        except (EOFError, pickle.UnpicklingError):  # raised if the process ends before or inside a chunk
            raise ChildProcessError(process.wait(), "the process that reads it ended too early", str(path)) from None
        finally:
            process.stdout.close()  # ends the process if it is no longer needed


def _chunks(path: Path, language: str = "") -> Iterator[tuple[list[ReadResult], int]]:
    with ReviewFile(path) as file:
        chunk: list[ReadResult] = []
        before = 0
        for read in _read(file, language):
            chunk.append(read)
            if len(chunk) == CHUNK or file.characters_read - before >= CHUNK_CHARACTERS:
                yield chunk, file.bytes_read
                chunk, before = [], file.characters_read
        if chunk:
            yield chunk, file.bytes_read


def _read(file: ReviewFile, language: str) -> Iterator[ReadResult]:
    for found in file.objects():
        if isinstance(found, Candidate):
            result = record_of(found, language)
            if result is not None:
                yield result, _plain(found.node) if isinstance(result, Refusal) else None
        else:
            yield found, None


def _plain(value: object) -> Any:
    """Return the value with numbers converted, or None if it is too long or too deeply nested to be passed on."""
    try:
        return _plain_within(value) if length_of(value, MAX_REFUSED) < MAX_REFUSED else None
    except RecursionError:
        return None


def _plain_within(value: object) -> Any:
    if isinstance(value, dict):
        return {key: _plain_within(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain_within(member) for member in value]
    if isinstance(value, Number):
        return _number(value)
    return value


def _number(written: Number) -> int | float | str:
    """Return the number, or its text if Python or JSON can't represent the number.

    Examples are a number with thousands of digits, 1e400 and NaN.
    """
    try:
        number: int | float | str = json.loads(written, parse_constant=str)
    except ValueError:
        return str(written)
    return str(written) if number in (math.inf, -math.inf) else number


def main() -> None:
    try:
        for chunk in chain(_chunks(Path(sys.argv[1]), sys.argv[2]), [None]):
            pickle.dump(chunk, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # the import has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
