"""The capturing of a page: the worker fetches it, reads its details and stores a WARC file.

A capture takes at most one minute: half of it for the requests, and the rest for the details and the time stamp. The
capture's row is locked only at the end, so a slow page blocks nobody.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from factcheck.clean_room.file_kinds import WARC_GZ
from factcheck.editorial.captures import timestamps, warc
from factcheck.editorial.captures.page_details import read_details
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.file_quotas import require_room
from factcheck.editorial.models import Capture
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.values import URL
from factcheck.tools.http_client import Exchange, FetchError, fetch

State, Failure = Capture.State, Capture.Failure

# Failures that are often temporary. The worker tries these pages again.
TEMPORARY = {Failure.TIMEOUT, Failure.UNREACHABLE, Failure.UNKNOWN_HOST, Failure.SERVER_ERROR}


class TemporaryError(Exception):
    """The error for a page that couldn't be captured now, but perhaps later."""


def capture(capture: Capture) -> None:
    """Fetch and store the page, unless the capture is done or has been forgotten.

    Raises TemporaryError if the worker should try again later.
    """
    if capture.state == State.DONE or capture.failure == Failure.FORGOTTEN:
        return
    try:
        exchanges = fetch(capture.url)
    except FetchError as refused:
        _fail(capture, Failure(refused.problem.value))
        return
    last = exchanges[-1]
    if failure := _failure_of_status(last.status):
        _fail(capture, failure, status=last.status)
        return
    try:
        _store(capture, exchanges)
    except EditorialError:
        _fail(capture, Failure.FULL)
    except Exception:
        # A hostile page can cause any error. Without a final state, its capture would wait forever.
        _fail(capture, Failure.INTERNAL)
        raise


def _fail(capture: Capture, failure: Capture.Failure, **values: Any) -> None:
    _write(capture, state=State.FAILED, failure=failure, **values)
    if failure in TEMPORARY:
        raise TemporaryError(f"{capture.pk}: {failure}")


def _failure_of_status(status: int) -> Capture.Failure | None:
    if 200 <= status < 300:
        return None
    if status in (401, 402, 403, 405, 406, 407, 429, 451):
        return Failure.REFUSED
    if status in (404, 410):
        return Failure.GONE
    return Failure.SERVER_ERROR if status >= 500 else Failure.OTHER_STATUS


def _store(capture: Capture, exchanges: Sequence[Exchange]) -> None:
    last = exchanges[-1]
    details = read_details(last.body, last.headers.get("Content-Type", ""), last.url)
    content = warc.write_warc(exchanges)
    values = {
        "state": State.DONE,
        "failure": "",
        "captured_at": last.at,
        "final_url": storable_url(last.url),
        "status": last.status,
        "media_type": WARC_GZ.media_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **details.columns,
        "timestamp_token": timestamps.request_token(content),
    }
    _write(capture, content, **values)


def storable_url(url: str) -> str:
    try:
        return URL.read(url) or ""
    except InvalidValue:
        return ""  # longer than the column


@transaction.atomic
def _write(capture: Capture, content: bytes | None = None, **values: object) -> None:
    """Write the result, unless a parallel run has already written one or the copy has been forgotten."""
    row = Capture.objects.select_for_update().filter(pk=capture.pk).exclude(state=State.DONE).first()
    if row is None or row.failure == Failure.FORGOTTEN:
        return
    for name, value in values.items():
        setattr(row, name, value)
    if content is not None:
        require_room(len(content), by=row.requested_by, newsroom=row.newsroom_id)
        field = row.file.field
        name = f"capture.{WARC_GZ.ending}"
        row.file.storage.delete(field.generate_filename(row, name))  # a killed run may have left this file
        row.file.save(name, ContentFile(content), save=False)
    row.save()
    capture.refresh_from_db()
