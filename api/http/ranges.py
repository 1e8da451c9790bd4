"""Sends files or byte ranges of files (RFC 9110, section 14), so that clients can resume a download."""

import re
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified

from api.http.problems import RANGE_NOT_SATISFIABLE, Refused
from api.http.responses import matches_etag

BLOCK = 256 * 1024
# Only a single range is supported. A request for several ranges gets the whole file, as the RFC allows.
_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))[ \t]*", re.IGNORECASE)


def respond_file(request: HttpRequest, path: Path, media_type: str, etag: str) -> HttpResponseBase:
    """Return the file or the requested part. Raises Refused and FileNotFoundError.

    `etag` is a strong ETag, including the quotes. With `If-Range`, the part is sent only if the ETag matches.
    """
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Accept-Ranges": "bytes"}
    if matches_etag(request, etag):
        return HttpResponseNotModified(headers=headers)
    file = path.open("rb")
    try:
        size = path.stat().st_size
        part = _requested_range(request, etag, size)
        first, end = part or (0, size)
        file.seek(first)
    except BaseException:
        file.close()
        raise
    headers["Content-Length"] = str(end - first)
    status = 200
    if part:
        status, headers["Content-Range"] = 206, f"bytes {first}-{end - 1}/{size}"
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, content_type=media_type, headers=headers)
    response = FileResponse(_Part(file, end - first), status=status, content_type=media_type, headers=headers)
    response.block_size = BLOCK
    return response


class _Part:
    """The next part of an open file, up to a number of bytes."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = BLOCK) -> bytes:
        found = self._file.read(min(size, self._left))
        self._left -= len(found)
        return found

    def close(self) -> None:
        self._file.close()


def _requested_range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the byte after the last, or None for the whole file."""
    if request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found:
        return None
    begin, last, length = (None if text is None else int(text) for text in found.groups())
    if begin is None:
        assert length is not None
        begin, last = max(size - length, 0), size - 1 if length else None
    if last is not None and last < begin:
        return None  # an invalid range, which RFC 9110 says to ignore
    if begin >= size:
        raise Refused(RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    return begin, min(last + 1, size) if last is not None else size
