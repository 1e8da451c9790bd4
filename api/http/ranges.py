"""The sending of files or byte ranges of files (RFC 9110, section 14), so that clients can resume a download.

If a proxy is configured (ACCEL_REDIRECT), the site checks only the request, and the proxy sends the file. Without a
proxy, a slow reader occupies one of the server's threads. So each process sends large parts to a limited number of
clients.
"""

import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date, parse_http_date_safe

from api.http.problems import RANGE_NOT_SATISFIABLE, UNAVAILABLE, Refused
from api.http.responses import matches_etag
from factcheck.tools.metrics import count_refusal
from factcheck.web.places import download_places

BLOCK = 256 * 1024  # Bytes. The server buffers a response of this size, so a slow reader doesn't occupy a thread.
RETRY_AFTER = 30  # seconds

# Only a single range is supported. A request for several ranges gets the whole file, as the RFC allows. Members of the
# list can be empty (RFC 9110, section 5.6.1.2).
_RANGE = re.compile(r"bytes[ \t]*=[ \t,]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t,]*", re.IGNORECASE)
_DIGITS = 18  # digits of a position. A number with more digits is beyond the end of every file.


def respond_file(
    request: HttpRequest, path: Path, media_type: str, etag: str, *, encoding: str | None = None
) -> HttpResponseBase:
    """Return the file or the requested part.

    Raise Refused if the range isn't in the file or all places for downloads are taken. Raise FileNotFoundError if the
    file is missing.

    `path` is in DUMPS_FOLDER. `etag` is a strong ETag, including the quotes. With `If-Range`, the part is sent only if
    the ETag or the time matches. `encoding` is the file's content coding.
    """
    status = path.stat()
    modified = http_date(status.st_mtime)
    headers = {"ETag": etag, "Last-Modified": modified, "Cache-Control": "no-cache", "Accept-Ranges": "bytes"}
    if _is_current(request, etag, int(status.st_mtime)):
        return HttpResponseNotModified(headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    part = _requested_range(request, (etag, modified), status.st_size)
    if settings.ACCEL_REDIRECT:  # the proxy selects the part again
        headers["X-Accel-Redirect"] = settings.ACCEL_REDIRECT + quote(str(path.relative_to(settings.DUMPS_FOLDER)))
        return HttpResponse(content_type=media_type, headers=headers)
    first, end = part or (0, status.st_size)
    headers["Content-Length"] = str(end - first)
    code = 200
    if part:
        code, headers["Content-Range"] = 206, f"bytes {first}-{end - 1}/{status.st_size}"
    if request.method == "HEAD":
        return HttpResponse(status=code, content_type=media_type, headers=headers)
    return _send(path, first, end, status=code, content_type=media_type, headers=headers)


def _send(path: Path, first: int, end: int, **response: Any) -> HttpResponseBase:
    blocks = _read_blocks(path, first, end - first)
    return HttpResponse(b"".join(blocks), **response) if end - first <= BLOCK else stream(blocks, **response)


def stream(content: Iterator[bytes], **response: Any) -> StreamingHttpResponse:
    """Return a response that is read while it is sent. Raise Refused if all places for downloads are taken."""
    if not download_places.acquire(blocking=False):
        count_refusal("downloads")
        detail = (
            "Too many clients are downloading this content at the same time. Try again after `Retry-After` seconds."
        )
        raise Refused(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
    return StreamingHttpResponse(_Download(content), **response)


class _Download:
    """The content of a response, which occupies a place for downloads.

    The place is freed when the server closes the response, or when this object is deleted, but only once.
    """

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self.close = weakref.finalize(self, download_places.release)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._content)


def _read_blocks(path: Path, first: int, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while size > 0 and (block := file.read(min(BLOCK, size))):
            size -= len(block)
            yield block


def _is_current(request: HttpRequest, etag: str, modified: int) -> bool:
    """Return whether the client has this file. `If-None-Match` takes precedence (RFC 9110, section 13.2.2)."""
    if "If-None-Match" in request.headers:
        return matches_etag(request, etag)
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and modified <= since


def _requested_range(request: HttpRequest, validators: tuple[str, str], size: int) -> tuple[int, int] | None:
    """Return the first byte and the byte after the last, or None for the whole file."""
    if request.method != "GET" or request.headers.get("If-Range", validators[0]) not in validators:
        return None
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found:
        return None
    begin, last, length = (_position(text) if text else None for text in found.groups())
    if begin is None:
        assert length is not None
        begin, last = max(size - length, 0), size - 1 if length else None
    if last is not None and last < begin:
        return None  # an invalid range, which RFC 9110 says to ignore
    if begin >= size:
        raise Refused(RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    return begin, min(last + 1, size) if last is not None else size


def _position(digits: str) -> int:
    """Return the number, or a number larger than every file. Python refuses to parse thousands of digits."""
    significant = digits.lstrip("0")
    return int(significant or 0) if len(significant) <= _DIGITS else 10**_DIGITS
