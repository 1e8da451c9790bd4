"""Files, whole or from a byte on (RFC 9110, section 14), so that a download that broke off can go on."""

import re
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified

from api.http.problems import RANGE_NOT_SATISFIABLE, Refused
from api.http.responses import has_already

BLOCK = 256 * 1024
# One range: whoever asks for several gets the whole, which the standard leaves to the server.
_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))[ \t]*", re.IGNORECASE)


class _Part:
    """The rest of an open file, up to so many bytes."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = BLOCK) -> bytes:
        found = self._file.read(min(size, self._left))
        self._left -= len(found)
        return found

    def close(self) -> None:
        self._file.close()


def respond_file(request: HttpRequest, path: Path, media_type: str, etag: str) -> HttpResponseBase:
    """The file or the part of it that is asked for. Raises Refused, FileNotFoundError.

    `etag` must be a strong one, quotes included: with `If-Range` the part is sent only if it is of that very file.
    """
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Accept-Ranges": "bytes"}
    if has_already(request, etag):
        return HttpResponseNotModified(headers=headers)
    file = path.open("rb")
    try:
        size = path.stat().st_size
        part = _asked(request, etag, size)
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


def _asked(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None when the whole file is asked for."""
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
        return None  # malformed, says the standard, and to be passed over
    if begin >= size:
        raise Refused(RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    return begin, min(last + 1, size) if last is not None else size
