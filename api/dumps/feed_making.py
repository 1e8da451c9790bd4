"""The making of the ClaimReview feed's file, plain and compressed. Readers get the previous file in the meantime."""

import gzip
import hashlib
import os
import shutil
from pathlib import Path

from django.conf import settings

from api.dumps.tables import one_snapshot
from factcheck import __version__
from factcheck.record import dump_files
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.datafeed import data_feed

COMPRESSION = 6
# The previous feed is kept, because a reader may be downloading it.
KEEP = 2


def make_feed() -> dump_files.Feed | None:
    """Make the feed of everything public. Return None if the newest feed is up to date.

    Raise BlockingIOError if another process is making the feed, and OSError if the disk is full.
    """
    settings.DUMPS_FOLDER.mkdir(parents=True, exist_ok=True)
    with dump_files.lock_folder("feed.lock"):
        with one_snapshot():
            feed = _make()
        dump_files.discard_outdated()
        for old in dump_files.feeds()[KEEP:]:
            dump_files.remove_feed(old)
    return feed


def _make() -> dump_files.Feed | None:
    head = LogEntry.objects.using("public").newest().first()
    size, digest = (head.sequence + 1, head.digest) if head else (0, "")
    inputs = f"{__version__} {settings.SITE_URL} {settings.LICENSE_URL} {digest}"
    source = hashlib.sha256(inputs.encode()).hexdigest()[:32]
    newest = next(iter(dump_files.feeds()), None)
    if newest and (newest.size, newest.source) == (size, source):
        return None
    folder = settings.DUMPS_FOLDER / "unfinished.feed"  # its lock is separate from the lock for dumps
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        plain, compressed = folder / "json", folder / "gz"
        feed = dump_files.Feed(size, source, _write(head, plain, compressed))
        compressed.rename(feed.compressed_path)
        plain.rename(feed.path)  # last, because a feed with this name is complete
    finally:
        shutil.rmtree(folder)
    return feed


def _write(head: LogEntry | None, plain: Path, compressed: Path) -> str:
    """Write both files and flush them to disk. Return the beginning of the content's SHA-256."""
    digest = hashlib.sha256()
    with plain.open("wb") as file, compressed.open("wb") as packed_file:
        with gzip.GzipFile(filename="", fileobj=packed_file, mode="wb", compresslevel=COMPRESSION, mtime=0) as packed:
            for piece in data_feed(head):
                digest.update(piece)
                file.write(piece)
                packed.write(piece)
        for each in (file, packed_file):
            each.flush()
            os.fsync(each.fileno())
    return digest.hexdigest()[:32]
