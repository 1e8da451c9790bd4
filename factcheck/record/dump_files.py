"""Where the bulk dumps lie, and which of them the log lets stand.

A dump is a folder named after the newest log entry that it holds, with a manifest that is written last. `api/dumps`
makes them; they are known here because an erasure has to reach every copy of what it erases. It does so twice: the
files go as soon as the erasure is committed, and a dump that should have gone is not found by its readers.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import OuterRef, Subquery

from factcheck.record.models import LogEntry

MANIFEST = "manifest.json"
UNFINISHED = "unfinished-"  # what the name of a folder begins with that is no dump yet, or none any more


@dataclass(frozen=True, slots=True)
class Dump:
    """A finished dump; `sequence` is that of the newest entry that it holds."""

    sequence: int
    folder: Path
    manifest: bytes


def standing(using: str | None = None) -> list[Dump]:
    """The dumps that may be read, the newest first."""
    found = _finished()
    overtaken = _overtaken([dump.sequence for dump in found], using)
    return [dump for dump in found if dump.sequence not in overtaken]


def discard_overtaken() -> None:
    """Removes the dumps that hold what has been erased since, and what a killed run left."""
    found = _finished()
    overtaken = _overtaken([dump.sequence for dump in found], None)
    for dump in found:
        if dump.sequence in overtaken:
            remove(dump)
    with suppress(BlockingIOError, FileNotFoundError), sole_maker():
        sweep()


def remove(dump: Dump) -> None:
    """The manifest first: a folder without one is no dump, should this be interrupted. Raises OSError."""
    (dump.folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(dump.folder, ignore_errors=True)  # another process may be removing it as well
    if dump.folder.exists():
        raise OSError(f"The dump in {dump.folder} could not be removed: remove the folder by hand.")


def sweep() -> None:
    """Removes what was to be a dump and what was one; for the sole maker alone, whose own work would go too."""
    for folder in settings.DUMPS_FOLDER.iterdir():
        ours = folder.name.startswith(UNFINISHED) or _is_number(folder.name)  # others' files stay untouched
        if ours and folder.is_dir() and not find(folder):
            shutil.rmtree(folder)


@contextmanager
def sole_maker() -> Iterator[None]:
    """Holds the right to make dumps. Raises BlockingIOError when another process has it."""
    with open(settings.DUMPS_FOLDER / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def find(folder: Path) -> Dump | None:
    """The dump in a folder; None when it holds none."""
    if not _is_number(folder.name):
        return None
    try:
        return Dump(int(folder.name), folder, (folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def _finished() -> list[Dump]:
    folders = settings.DUMPS_FOLDER.iterdir() if settings.DUMPS_FOLDER.is_dir() else []
    found = [dump for folder in folders if (dump := find(folder))]
    return sorted(found, key=lambda dump: dump.sequence, reverse=True)


def _overtaken(sequences: list[int], using: str | None) -> set[int]:
    """Those of the dumps that hold entries about a review that has been erased since."""
    if not sequences:
        return set()
    first = LogEntry.objects.filter(subject=OuterRef("subject"), number=1).values("sequence")
    erasures = LogEntry.objects.using(using).filter(kind=LogEntry.Kind.ERASURE, sequence__gt=min(sequences))
    spans = list(erasures.annotate(first=Subquery(first)).values_list("first", "sequence"))
    return {sequence for sequence in sequences if any(begun <= sequence < erased for begun, erased in spans)}
