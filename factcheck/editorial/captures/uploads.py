"""Captures that an editor's browser makes or uploads, and the decoding of files that editors upload."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.clean_room.door import decode
from factcheck.clean_room.file_kinds import HTML, JPEG, KINDS, PDF, PNG, WARC_GZ, FileKind
from factcheck.clean_room.refusal import NotDecoded
from factcheck.editorial.captures.page_details import PageDetails, read_details
from factcheck.editorial.captures.requests import Evidence, newsroom_of, set_capture
from factcheck.editorial.captures.warc import write_warc
from factcheck.editorial.errors import NoCleanRoom, TooLarge, UnreadableFile
from factcheck.editorial.file_quotas import require_room
from factcheck.editorial.models import Capture, Publisher, User

logger = logging.getLogger(__name__)

MAX_UPLOAD = 50_000_000  # bytes
Origin = Capture.Origin


def store_upload(*, row: Evidence, file: UploadedFile[Any], by: User) -> Capture:
    """Store the file as the capture of a source or an appearance.

    Raises EditorialError if the file is empty, too large or of an unknown kind.
    """
    return _store(*_read(file, row.url), by=by, row=row, newsroom=newsroom_of(row), url=row.url, origin=Origin.EDITOR)


def store_shared(*, file: UploadedFile[Any], url: str, newsroom: Publisher, by: User) -> Capture:
    """Store a file that an app has shared with the desk. The person then chooses its source or appearance.

    Raises EditorialError, as `store_upload` does.
    """
    return _store(*_read(file, url), by=by, newsroom=newsroom, url=url, origin=Origin.BROWSER)


def store_browser_page(*, row: Evidence, url: str, page: bytes, picture: bytes, by: User) -> Capture:
    """Store a page as the person's browser shows it, with the browser's picture, as the capture of `row`.

    `url` is the address in the browser. Web archives look for the picture under `urn:view:…`. Raises EditorialError if
    the picture isn't one.
    """
    kind = _find_kind(ContentFile(picture))
    if kind not in (PNG, JPEG):
        raise UnreadableFile(_("The picture of the page can’t be kept. Send a PNG or JPEG file."))
    html = "text/html; charset=utf-8"
    content = ContentFile(write_warc(resources=[(url, html, page), (f"urn:view:{url}", kind.media_type, picture)]))
    with clean_room_needed():
        details = read_details(page, html, url)
    of: dict[str, Any] = {"newsroom": newsroom_of(row), "url": row.url, "final_url": url, "origin": Origin.BROWSER}
    return _store(content, WARC_GZ, details, by=by, row=row, **of)


def _read(file: UploadedFile[Any], url: str) -> tuple[File[bytes], FileKind, PageDetails]:
    if not file.size:
        raise UnreadableFile(_("The file is empty. Save the copy again and upload it."))
    if file.size > MAX_UPLOAD:
        raise TooLarge(_("The file is too large. Upload a file of at most %s MB.") % (MAX_UPLOAD // 1_000_000))
    kind = _find_kind(file)
    if kind is None:
        raise UnreadableFile(
            _("This kind of file can’t be kept. Upload a PNG, JPEG, WebP, PDF, HTML, MHTML, WARC or WACZ file.")
        )
    if kind not in (HTML, PDF):
        return file, kind, PageDetails()
    file.seek(0)
    with clean_room_needed():
        return file, kind, read_details(file.read(), kind.media_type, url)


def _store(
    file: File[bytes], kind: FileKind, details: PageDetails, *, by: User, row: Evidence | None = None, **columns: Any
) -> Capture:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")
    capture = Capture(
        requested_by=by,
        state=Capture.State.DONE,
        captured_at=timezone.now(),
        media_type=kind.media_type,
        size=file.size,
        sha256=digest.hexdigest(),
        **details.columns,
        **columns,
    )
    file.seek(0)
    # If the transaction fails, the nightly task deletes the file.
    with transaction.atomic():
        require_room(file.size, by=by, newsroom=capture.newsroom_id)
        capture.file.save(f"upload.{kind.ending}", file, save=False)
        capture.save()
        return set_capture(row, capture) if row else capture


def _find_kind(file: File[bytes]) -> FileKind | None:
    with suppress(NotDecoded):
        return KINDS.get(str(decode_upload("upload", file).get("kind")))
    return None


def decode_upload(kind: str, file: File[bytes]) -> dict[str, Any]:
    """Return what the clean room found. Raise NotDecoded for a damaged file, and NoCleanRoom if there is no answer."""
    with clean_room_needed():
        return decode(kind, file.chunks())


@contextmanager
def clean_room_needed() -> Iterator[None]:
    """Raise NoCleanRoom, and tell the operator, if the clean room doesn't answer."""
    try:
        yield
    except OSError as problem:
        logger.error("The clean room doesn't answer: %s. Check factcheck-clean-room.", problem)  # noqa: TRY400
        raise NoCleanRoom(
            _("The file wasn’t stored, because this site can’t read files at the moment. Try again in a few minutes.")
        ) from problem
