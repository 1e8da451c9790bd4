"""Captures for tests, and a separate storage for their files."""

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import connections
from django.test import override_settings

from factcheck.editorial.captures import fetching
from factcheck.editorial.models import Capture
from factcheck.record.formats.canonical import sha256_hex
from tests.support.drafts import Newsroom

MOMENT = datetime(2026, 10, 4, 8, 30, tzinfo=UTC)
PAGE = b"<!doctype html><title>The river</title><script>alert(1)</script><p>The water rose in 2020.</p>"


@contextmanager
def stored_in(folder: Path) -> Iterator[Path]:
    """Use this folder as the storage, and a folder in it for published files."""
    with override_settings(MEDIA_ROOT=folder, DUMPS_FOLDER=folder / "public"):
        yield folder


def make_capture(newsroom: Newsroom, **fields: Any) -> Capture:
    """Create a capture that waits for the worker."""
    return Capture.objects.create(newsroom=newsroom.publisher, requested_by=newsroom.reporter, **fields)


def finish(capture: Capture, content: bytes = PAGE, **fields: Any) -> Capture:
    """Do the worker's part for a page: store its content and set the capture's state."""
    values = {
        "state": "done", "captured_at": MOMENT, "size": len(content), "sha256": sha256_hex(content),
        "media_type": "application/warc", "final_url": capture.url, "status": 200, **fields,
    }  # fmt: skip
    for name, value in values.items():
        setattr(capture, name, value)
    capture.file.save("page.warc.gz", ContentFile(content), save=False)
    capture.save()
    return capture


def age(*captures: Capture, days: int) -> None:
    """Make these captures older. Only the owner of the tables can do this."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE editorial_capture DISABLE TRIGGER capture_kept")
        for capture in captures:
            cursor.execute(
                "UPDATE editorial_capture SET requested_at = requested_at - make_interval(days => %s) WHERE id = %s",
                [days, capture.pk],
            )
        cursor.execute("ALTER TABLE editorial_capture ENABLE ALWAYS TRIGGER capture_kept")


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in the storage, without the lock."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and file.name != "lock")


def make_wacz() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc.gz", b"x")
    return file.getvalue()


@contextmanager
def capture_worker() -> Iterator[None]:
    """Capture waiting pages in a thread, as the site's worker does."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(0.5):
            for capture in Capture.objects.filter(state=Capture.State.WAITING):
                with suppress(fetching.TemporaryError):
                    fetching.capture(capture)
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
