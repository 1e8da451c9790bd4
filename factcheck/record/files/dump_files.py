"""The folder of bulk dumps and of the ClaimReview feed, and which of them can still be downloaded.

A dump is a folder named after its newest log entry. The manifest is written last. The feed is a file, and its name says
which entries it covers. `api/dumps` creates both, but erasures must also be applied to these files, so the record keeps
track of them. After an erasure has been committed, files with erased content are deleted. Until then, they aren't
available to readers.
"""

import re
import shutil
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import OuterRef, Subquery

from factcheck.record.log.models import LogEntry
from factcheck.tools.whole_files import locked

MANIFEST = "manifest.json"
UNFINISHED = "unfinished-"  # the prefix for folders that aren't complete dumps
_FEED = re.compile(r"claimreview-([0-9]{1,18})-([0-9a-f]{32})-([0-9a-f]{32})\.json")


@dataclass(frozen=True, slots=True)
class Dump:
    """A complete dump. `sequence` is the number of its newest entry."""

    sequence: int
    folder: Path
    manifest: bytes


@dataclass(frozen=True, slots=True)
class Feed:
    """A complete feed of the first `size` entries.

    `source` identifies the inputs, and `digest` identifies the bytes.
    """

    size: int
    source: str
    digest: str

    @property
    def path(self) -> Path:
        folder: Path = settings.DUMPS_FOLDER
        return folder / f"claimreview-{self.size}-{self.source}-{self.digest}.json"

    @property
    def compressed_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.gz")


def available(using: str | None = None) -> list[Dump]:
    """Return the dumps that can be downloaded, newest first."""
    found = _finished()
    outdated = _outdated([dump.sequence for dump in found], using)
    return [dump for dump in found if dump.sequence not in outdated]


def feeds(using: str | None = None) -> list[Feed]:
    """Return the feeds that can be downloaded, newest first."""
    found = _complete_feeds()
    outdated = _outdated([feed.size - 1 for feed in found], using)
    return [feed for feed in found if feed.size - 1 not in outdated]


def discard_outdated() -> None:
    """Remove files whose content has been erased since they were made, and leftovers of interrupted runs."""
    current = feeds()
    for feed in _complete_feeds():
        if feed not in current:
            remove_feed(feed)
    found = _finished()
    outdated = _outdated([dump.sequence for dump in found], None)
    for dump in found:
        if dump.sequence in outdated:
            remove(dump)
    with suppress(BlockingIOError, FileNotFoundError), lock_folder():
        remove_leftovers()


def remove(dump: Dump) -> None:
    """Remove a dump. Raise OSError if the folder can't be removed.

    The manifest is removed first, so an interruption leaves no readable dump.
    """
    (dump.folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(dump.folder, ignore_errors=True)  # another process may be removing the folder at the same time
    if dump.folder.exists():
        raise OSError(f"The dump in {dump.folder} could not be removed. Remove the folder by hand.")


def remove_feed(feed: Feed) -> None:
    feed.path.unlink(missing_ok=True)
    feed.compressed_path.unlink(missing_ok=True)


def remove_leftovers() -> None:
    """Remove incomplete dumps. Call this under `lock_folder`, because another process may be making a dump."""
    for folder in settings.DUMPS_FOLDER.iterdir():
        ours = folder.name.startswith(UNFINISHED) or _is_number(folder.name)  # other files are kept
        if ours and folder.is_dir() and not find(folder):
            shutil.rmtree(folder)


def lock_folder(name: str = "lock") -> AbstractContextManager[None]:
    """Lock the folder until the block ends. Raise BlockingIOError if another process has the lock."""
    return locked(settings.DUMPS_FOLDER / name)


def find(folder: Path) -> Dump | None:
    """Return the dump in a folder, or None if the folder isn't a complete dump."""
    if not _is_number(folder.name):
        return None
    try:
        return Dump(int(folder.name), folder, (folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def _complete_feeds() -> list[Feed]:
    found = []
    for path in settings.DUMPS_FOLDER.glob("claimreview-*.json"):
        if match := _FEED.fullmatch(path.name):
            with suppress(FileNotFoundError):  # another process has just removed the feed
                found.append((path.stat().st_mtime_ns, Feed(int(match[1]), match[2], match[3])))
    return [feed for _made, feed in sorted(found, key=lambda each: each[0], reverse=True)]


def _finished() -> list[Dump]:
    folders = settings.DUMPS_FOLDER.iterdir() if settings.DUMPS_FOLDER.is_dir() else []
    found = [dump for folder in folders if (dump := find(folder))]
    return sorted(found, key=lambda dump: dump.sequence, reverse=True)


def _outdated(sequences: list[int], using: str | None) -> set[int]:
    """Return the sequence numbers of dumps that contain entries about a review that has since been erased."""
    if not sequences:
        return set()
    first = LogEntry.objects.filter(subject=OuterRef("subject"), number=1).values("sequence")
    erasures = LogEntry.objects.using(using).filter(kind=LogEntry.Kind.ERASURE, sequence__gt=min(sequences))
    spans = list(erasures.annotate(first=Subquery(first)).values_list("first", "sequence"))
    return {sequence for sequence in sequences if any(start <= sequence < end for start, end in spans)}
