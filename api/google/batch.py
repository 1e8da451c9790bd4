"""Several searches in one request (multipart/mixed), as `new_batch_http_request` of Google's clients sends them.

Each part is answered like a request of its own: it counts towards the client's limits and has its own status.
"""

import re
import secrets
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote_to_bytes, urlsplit

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from api.google.errors import GoogleError, error_response
from api.google.views import GoogleEndpoint
from api.http.problems import UNAVAILABLE, Refused
from api.http.request_bodies import read_content

MAX_PARTS = 50
MAX_CONTENT = 256 * 1024  # bytes
SECONDS = 10  # for all parts together. The remaining parts are refused.
RETRY_AFTER = 2  # seconds
_PREFIX = "/v1alpha1/"
_BOUNDARY = re.compile(r"[\x20-\x7e]{1,70}")  # RFC 2046, section 5.1.1
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CONTENT_ID = re.compile(rb"^content-id:[ \t]*<([\x20-\x3b\x3d\x3f-\x7e]{1,200})>", re.IGNORECASE | re.MULTILINE)
_REQUEST_LINE = re.compile(rb"\s*([A-Z]+) ([\x21-\x7e]+)[ \t]*(?:HTTP/[0-9.]+)?[ \t]*\r?(?:\n|$)")
# The connection and the client, which all parts share. Parts don't have the other headers of the batch.
_SHARED = (
    "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST", "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO", "wsgi.url_scheme", "wsgi.errors",
)  # fmt: skip
_HEADERS = ("Content-Type", "ETag", "Retry-After", "RateLimit", "RateLimit-Policy")
# A batch occupies a thread for longer than a search, so each process answers one batch at a time.
place = threading.BoundedSemaphore()


class Batch(GoogleEndpoint):
    http_method_names = ["options", "post"]
    depends_on_log = False

    def post(self, request: Request) -> HttpResponse:
        sent = request._request
        parts = _read_parts(sent)
        if not place.acquire(blocking=False):
            detail = "Another batch is running. Try again after the number of seconds in the header Retry-After."
            raise Refused(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
        try:
            boundary = f"batch_{secrets.token_hex(16)}"
            content = b"".join(_answers(sent, parts, f"--{boundary}\r\n".encode()))
        finally:
            place.release()
        closed = content + f"--{boundary}--\r\n".encode()
        return HttpResponse(
            closed, content_type=f"multipart/mixed; boundary={boundary}", headers={"Cache-Control": "no-store"}
        )


def _read_parts(request: HttpRequest) -> list[bytes]:
    """Return the parts, each with its headers. Raises GoogleError and Refused."""
    boundary = (request.content_params or {}).get("boundary", "")
    if request.content_type != "multipart/mixed" or not _BOUNDARY.fullmatch(boundary):
        raise GoogleError("INVALID_ARGUMENT", "This isn't a batch. Send the content type multipart/mixed.")
    delimiter = rb"(?:^|\r?\n)--" + re.escape(boundary.encode()) + rb"(?:--)?[ \t]*(?:\r?\n|$)"
    # The text before the first delimiter and after the last delimiter doesn't belong to a part.
    parts = re.split(delimiter, read_content(request, MAX_CONTENT))[1:-1]
    if not 1 <= len(parts) <= MAX_PARTS:
        raise GoogleError("INVALID_ARGUMENT", f"This batch has {len(parts)} parts. Send 1 to {MAX_PARTS} parts.")
    return parts


def _answers(request: HttpRequest, parts: list[bytes], delimiter: bytes) -> Iterator[bytes]:
    """Yield the response to each part, with the part's headers."""
    deadline = time.monotonic() + SECONDS
    for part in parts:
        headers, *content = _BLANK_LINE.split(part, maxsplit=1)
        if time.monotonic() < deadline:
            response = _answer(request, content[0] if content else b"")
        else:
            wait = {"Retry-After": str(RETRY_AFTER)}
            response = error_response(request, "UNAVAILABLE", "This batch takes too long. Send fewer parts.", (), wait)
        content_id = _CONTENT_ID.search(headers)
        yield delimiter + b"Content-Type: application/http\r\n"
        yield b"Content-ID: <response-%b>\r\n" % content_id[1] if content_id else b""
        yield f"\r\nHTTP/1.1 {response.status_code} {response.reason_phrase}\r\n".encode()
        yield b"".join(f"{name}: {response[name]}\r\n".encode() for name in _HEADERS if name in response)
        yield b"\r\n%b\r\n" % response.content


def _answer(request: HttpRequest, content: bytes) -> HttpResponse:
    """Return the response to the request in a part."""
    line = _REQUEST_LINE.match(content)
    if not line:
        return error_response(request, "INVALID_ARGUMENT", "This part isn't a request. Send GET and a path.")
    if line[1] != b"GET":
        return error_response(request, "INVALID_ARGUMENT", "A batch can only contain GET requests.")
    try:
        target = urlsplit(line[2].decode())
    except ValueError:
        return error_response(request, "INVALID_ARGUMENT", "This part's URL is invalid.")
    if not target.path.startswith(_PREFIX):
        return error_response(request, "NOT_FOUND")
    environ = {name: request.META[name] for name in _SHARED if name in request.META}
    path = unquote_to_bytes(target.path).decode("latin-1")  # as WSGI passes bytes (PEP 3333)
    environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": target.query, "wsgi.input": BytesIO()}
    part: HttpResponse = request.answer_part(type(request)(environ))  # type: ignore[attr-defined, call-arg]
    return part
