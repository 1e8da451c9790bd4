"""Streams large content to a limited number of clients at a time, while the content is generated.

A stream occupies one of the server's threads. MAX_STREAMS, the limit for each process, is therefore lower than the
number of threads. For example, `make run` has 8 threads, and CHANGES_WAITERS of them may be waiting. Clients beyond
the limit get a 503 with `Retry-After`.
"""

import threading
import weakref
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse

from api.http.problems import UNAVAILABLE, Refused
from api.http.responses import etag_of, matches_etag

MAX_STREAMS = 2
RETRY_AFTER = 30  # seconds

_slots = threading.BoundedSemaphore(MAX_STREAMS)


def respond_stream(
    request: HttpRequest, stamp: str, pieces: Callable[[], Iterator[bytes]], content_type: str
) -> HttpResponseBase:
    """Return streamed content. Raises Refused if no slot is free.

    `stamp` contains everything that the content depends on. The ETag is weak, because the content
    may be newer than the stamp. The content is never older.
    """
    etag = etag_of(stamp.encode())
    response: HttpResponseBase
    if matches_etag(request, etag):
        response = HttpResponseNotModified()
    elif request.method == "HEAD":
        response = StreamingHttpResponse(iter(()), content_type=content_type)
    elif not _slots.acquire(blocking=False):
        detail = (
            "Too many clients are downloading this content at the same time. Try again after `Retry-After` seconds."
        )
        raise Refused(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
    else:
        response = StreamingHttpResponse(_LimitedStream(pieces()), content_type=content_type)
    response.headers["ETag"] = f"W/{etag}"
    response.headers["Cache-Control"] = "no-cache"
    return response


class _LimitedStream:
    """A stream that occupies one slot of `_slots`.

    The slot is freed when the server closes the response, or when this object is deleted, but only once.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.close = weakref.finalize(self, _slots.release)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)
