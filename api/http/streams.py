"""Content too large to be held, written while it is sent, to a bounded number of readers at a time.

A reader holds one of the server's threads for as long as it reads, so fewer may read than there are threads (PLACES,
a process; `make run` has 8, of which CHANGES_WAITERS may be waiting as well). Whoever comes beyond is told to come
again.
"""

import threading
import weakref
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse

from api.http.problems import UNAVAILABLE, Refused
from api.http.responses import etag_of, has_already

PLACES = 2
RETRY_AFTER = 30  # seconds

_places = threading.BoundedSemaphore(PLACES)


class _Placed:
    """The pieces, read in a place of `_places`.

    It is given back once: when the response is closed, which the server does however it ends, or else with this object.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.close = weakref.finalize(self, _places.release)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)


def respond_stream(
    request: HttpRequest, stamp: str, pieces: Callable[[], Iterator[bytes]], content_type: str
) -> HttpResponseBase:
    """`stamp` is all that the content depends on. Raises Refused when there is no place.

    The entity tag is a weak one: what is sent may be newer than the stamp, never older.
    """
    etag = etag_of(stamp.encode())
    response: HttpResponseBase
    if has_already(request, etag):
        response = HttpResponseNotModified()
    elif request.method == "HEAD":
        response = StreamingHttpResponse(iter(()), content_type=content_type)
    elif not _places.acquire(blocking=False):
        detail = "As many as the site sends this to at a time are reading it."
        raise Refused(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
    else:
        response = StreamingHttpResponse(_Placed(pieces()), content_type=content_type)
    response.headers["ETag"] = f"W/{etag}"
    response.headers["Cache-Control"] = "no-cache"
    return response
