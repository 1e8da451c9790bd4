"""The ClaimReview feed: all reviews in one schema.org DataFeed, for example for Data Commons.

The feed is written to a file, plain and compressed, with constant memory use. Readers get the previous file in the
meantime.
"""

import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
from django.conf import settings

from api.dumps.tables import one_snapshot
from factcheck import __version__
from factcheck.record.files import dump_files
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.formats.urls import page_url
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.readmodel.bodies import Erasure, Review
from factcheck.record.readmodel.claimreview import CONTEXT, claim_review
from factcheck.record.readmodel.revisions import DISOWNED_BY

CHUNK = 200  # rows that are read at once
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


def data_feed(head: LogEntry | None) -> Iterator[bytes]:
    """Yield the feed as of the entry `head`. The feed contains each review once, sorted by id.

    The caller must read `head` and the feed in one snapshot.
    """
    feed = {
        "@context": CONTEXT,
        "@type": "DataFeed",
        "url": f"{settings.SITE_URL}/feeds/claimreview.json",
        "license": settings.LICENSE_URL,
        **({"dateModified": rfc3339(head.at)} if head else {}),
    }
    yield orjson.dumps(feed)[:-1] + b',"dataFeedElement":['
    columns = ("id", "status", "body", "published_at", "updated_at")
    rows, separator = PublishedReview.objects.using("public").annotate(**DISOWNED_BY), b"\n"
    for row in rows.only(*columns).order_by("id").iterator(CHUNK):
        yield separator + orjson.dumps(feed_item(row))
        separator = b",\n"
    yield b"\n]}\n"


def feed_item(row: PublishedReview) -> object:
    """Return the feed item of a review. A withdrawn, erased or disowned review has `dateDeleted`, and no ClaimReview.

    `identifier` always identifies the review, and its ClaimReview has the same identifier. `url` doesn't identify a
    review, because one page can contain several reviews. An erased review no longer has the URL of its publisher's
    page. The item has no `@id`, because `@id` would merge the item and the ClaimReview into a single node.
    """
    body = row.published
    item = {
        "@type": "DataFeedItem",
        "identifier": f"urn:uuid:{row.id}",
        "url": (None if isinstance(body, Erasure) else body.original_url) or page_url("reviews", row.id),
        "dateCreated": rfc3339(row.published_at),
        "dateModified": rfc3339(row.updated_at),
    }
    if not isinstance(body, Review) or getattr(row, "disowned_by", None) is not None:
        return {**item, "dateDeleted": rfc3339(row.updated_at)}
    return {**item, "item": [claim_review(body)]}
