"""Captures that an editor makes and uploads, for pages that refuse the site's own requests."""

import hashlib
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.clean_room.file_kinds import HTML, KINDS, PDF, FileKind
from factcheck.clean_room.refusal import NotDecoded
from factcheck.editorial.captures.page_details import PageDetails, read_details
from factcheck.editorial.captures.requests import Evidence, newsroom_of, set_capture
from factcheck.editorial.captures.uploaded_files import clean_room_needed, decode_upload
from factcheck.editorial.errors import TooLarge, UnreadableFile
from factcheck.editorial.file_quotas import require_room
from factcheck.editorial.models import Capture, User

MAX_UPLOAD = 50_000_000  # bytes


def store_upload(*, row: Evidence, file: UploadedFile[Any], by: User) -> Capture:
    """Store the file as the capture of a source or an appearance.

    Raises EditorialError if the file is empty, too large or of an unknown kind.
    """
    if not file.size:
        raise UnreadableFile(_("The file is empty. Save the copy again and upload it."))
    if file.size > MAX_UPLOAD:
        raise TooLarge(_("The file is too large. Upload a file of at most %s MB.") % (MAX_UPLOAD // 1_000_000))
    kind = _find_kind(file)
    if kind is None:
        raise UnreadableFile(
            _("This kind of file can’t be kept. Upload a PNG, JPEG, WebP, PDF, HTML, MHTML, WARC or WACZ file.")
        )
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")
    details = _read_details(file, kind, row.url)
    capture = Capture(
        newsroom=newsroom_of(row),
        url=row.url,
        origin=Capture.Origin.EDITOR,
        requested_by=by,
        state=Capture.State.DONE,
        captured_at=timezone.now(),
        media_type=kind.media_type,
        size=file.size,
        sha256=digest.hexdigest(),
        title=details.title,
        publisher_name=details.publisher_name,
        published_on=details.published_on,
        language=details.language,
        text=details.text,
    )
    file.seek(0)
    # If the transaction fails, the nightly task deletes the file.
    with transaction.atomic():
        require_room(file.size, by=by, newsroom=capture.newsroom_id)
        capture.file.save(f"upload.{kind.ending}", file, save=False)
        capture.save()
        return set_capture(row, capture)


def _find_kind(file: UploadedFile[Any]) -> FileKind | None:
    with suppress(NotDecoded):
        found = decode_upload("upload", file).get("kind")
        return next((kind for kind in KINDS if asdict(kind) == found), None)
    return None


def _read_details(file: UploadedFile[Any], kind: FileKind, url: str) -> PageDetails:
    if kind not in (HTML, PDF):
        return PageDetails()
    file.seek(0)
    with clean_room_needed():
        return read_details(file.read(), kind.media_type, url)
