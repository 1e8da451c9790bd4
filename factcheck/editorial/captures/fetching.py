"""Captures the page of a waiting capture: fetches the page, reads its details, and stores a WARC file.

A capture takes at most a minute: half of it for the requests, and the rest for the details and the time stamp. The
capture's row is only locked at the end.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from factcheck.editorial.captures import failures, timestamps, warc
from factcheck.editorial.captures.page_details import read_details
from factcheck.editorial.models import Capture
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.values import URL
from factcheck.server.guarded_http import Exchange, FetchError, fetch

State = Capture.State


class TemporaryError(Exception):
    """The page couldn't be captured now, but may be later."""


def capture(capture: Capture) -> None:
    """Do the work of one capture. Does nothing if it is already done. Raises TemporaryError if it should be retried."""
    if capture.state == State.DONE:
        return
    try:
        exchanges = fetch(capture.url)
    except FetchError as refused:
        _fail(capture, refused.problem)
        return
    last = exchanges[-1]
    if failure := failures.failure_of_status(last.status):
        _fail(capture, failure, status=last.status)
        return
    try:
        _store(capture, exchanges)
    except Exception:
        # Whatever a hostile page breaks, its capture must not wait forever.
        _fail(capture, failures.INTERNAL)
        raise


def _fail(capture: Capture, failure: str, **values: Any) -> None:
    _write(capture, {"state": State.FAILED, "failure": failure, **values})
    if failure in failures.TEMPORARY:
        raise TemporaryError(f"{capture.pk}: {failure}")


def _store(capture: Capture, exchanges: Sequence[Exchange]) -> None:
    last = exchanges[-1]
    details = read_details(last.body, last.headers.get("Content-Type", ""), last.url)
    content = warc.write_warc(exchanges)
    values = {
        "state": State.DONE,
        "failure": "",
        "captured_at": last.at,
        "final_url": _storable(last.url),
        "status": last.status,
        "media_type": warc.MEDIA_TYPE,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "title": details.title,
        "publisher_name": details.publisher_name,
        "published_on": details.published_on,
        "language": details.language,
        "text": details.text,
        "timestamp_token": timestamps.request_token(content),
    }
    _write(capture, values, content)


def _storable(url: str) -> str:
    try:
        return URL.read(url) or ""
    except InvalidValue:
        return ""  # longer than the column


@transaction.atomic
def _write(capture: Capture, values: dict[str, Any], content: bytes | None = None) -> None:
    """Write the result, unless another run of the same job was faster."""
    row = Capture.objects.select_for_update().filter(pk=capture.pk).exclude(state=State.DONE).first()
    if row is None:
        return
    for name, value in values.items():
        setattr(row, name, value)
    if content is not None:
        field = row.file.field
        row.file.storage.delete(field.generate_filename(row, warc.ENDING))  # left by a killed run
        row.file.save(warc.ENDING, ContentFile(content), save=False)
    row.save()
    capture.refresh_from_db()
