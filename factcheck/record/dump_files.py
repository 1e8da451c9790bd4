"""The folder of bulk dumps, and which of the dumps can still be downloaded.

A dump is a folder named after its newest log entry. The manifest is written last. `api/dumps` creates the dumps, but
erasures must also be applied to the dumps, so the record keeps track of them. After an erasure has been committed, the
dumps with erased content are deleted. Until then, these dumps aren't available to readers.
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
UNFINISHED = "unfinished-"  # the prefix for folders that aren't complete dumps


@dataclass(frozen=True, slots=True)
class Dump:
    """A complete dump. `sequence` is the number of its newest entry."""

    sequence: int
    folder: Path
    manifest: bytes


def available(using: str | None = None) -> list[Dump]:
    """The dumps that can be downloaded, newest first."""
    found = _finished()
    outdated = _outdated([dump.sequence for dump in found], using)
    return [dump for dump in found if dump.sequence not in outdated]


def discard_outdated() -> None:
    """Removes dumps whose content has been erased since they were made, and leftovers of interrupted runs."""
    found = _finished()
    outdated = _outdated([dump.sequence for dump in found], None)
    for dump in found:
        if dump.sequence in outdated:
            remove(dump)
    with suppress(BlockingIOError, FileNotFoundError), lock_folder():
        remove_leftovers()


def remove(dump: Dump) -> None:
    """Removes a dump. The manifest is removed first, so an interruption leaves no readable dump. Raises OSError."""
    (dump.folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(dump.folder, ignore_errors=True)  # another process may be removing the folder at the same time
    if dump.folder.exists():
        raise OSError(f"The dump in {dump.folder} could not be removed. Remove the folder by hand.")


def remove_leftovers() -> None:
    """Removes incomplete dumps. Call this under `lock_folder`, or it can remove another process's work."""
    for folder in settings.DUMPS_FOLDER.iterdir():
        ours = folder.name.startswith(UNFINISHED) or _is_number(folder.name)  # other files are kept
        if ours and folder.is_dir() and not find(folder):
            shutil.rmtree(folder)


@contextmanager
def lock_folder() -> Iterator[None]:
    """Locks the folder while a dump is being made. Raises BlockingIOError if another process has the lock."""
    with open(settings.DUMPS_FOLDER / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def find(folder: Path) -> Dump | None:
    """The dump in a folder, or None if the folder isn't a complete dump."""
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


def _outdated(sequences: list[int], using: str | None) -> set[int]:
    """The sequence numbers of dumps that contain entries about a review that has since been erased."""
    if not sequences:
        return set()
    first = LogEntry.objects.filter(subject=OuterRef("subject"), number=1).values("sequence")
    erasures = LogEntry.objects.using(using).filter(kind=LogEntry.Kind.ERASURE, sequence__gt=min(sequences))
    spans = list(erasures.annotate(first=Subquery(first)).values_list("first", "sequence"))
    return {sequence for sequence in sequences if any(start <= sequence < end for start, end in spans)}
