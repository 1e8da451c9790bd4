"""Answers before any view is asked: as long as the log has no newer entry, what was sent is what would be sent.

Only for views that say so with `follows_log`: what they send depends on the address, on what the client takes and on
the log alone. An entry of the log, an erasure's like any other, ends all that is remembered; so does a minute, since
`rebuild_record` may change bodies without an entry.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified

from api.http import responses

SECONDS = 60
MOST = 4096  # answers
ROOM = 16 * 1024 * 1024  # bytes of all of them with their addresses; a page of twenty bodies has about 50,000
# All of a request that an answer of these views depends on, or that is refused before a view is asked. Not the charset
# in Content-Type: a query is UTF-8 whatever that says (factcheck/wsgi.py).
_ASKED = (
    "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ORIGIN",
)  # fmt: skip

Key = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class _Sent:
    head: int
    until: float  # of time.monotonic()
    headers: dict[str, str]
    content: bytes = b""


class _Remembered(dict[Key, _Sent]):
    """Answers for one head of the log, MOST at the most and in ROOM; when there is no room, all are forgotten.

    So are they with the first that is added for another head, so that what has been erased does not stay.
    """

    head: int | None = None
    size = 0

    def add(self, key: Key, sent: _Sent) -> None:
        size = _size(key, sent)
        if former := self.pop(key, None):
            self.size -= _size(key, former)
        if sent.head != self.head or len(self) >= MOST or self.size + size > ROOM:
            self.clear()
        if size <= ROOM:
            self[key], self.head = sent, sent.head
            self.size += size

    def clear(self) -> None:
        super().clear()
        self.size = 0


def _size(key: Key, sent: _Sent) -> int:
    """An address may be nearly as long as what is sent."""
    return len(sent.content) + sum(len(part) for part in key if isinstance(part, str))


_sent = _Remembered()


def follows_log(request: HttpRequest) -> None:
    """For a view whose answer does not change before the log does."""
    request.follows_log = True  # type: ignore[attr-defined]


def find_unchanged(request: HttpRequest) -> HttpResponseBase | None:
    """What the view would answer, if it has answered it and the log has not grown since; one query then."""
    if request.method != "GET":
        return None
    status = 304 if "HTTP_IF_NONE_MATCH" in request.META else 200
    sent = _sent.get(_key(status, request))
    if sent is None:
        return None
    if sent.until < time.monotonic():
        _sent.clear()  # the log may have a newer entry as well
        return None
    if status == 304 and not responses.has_already(request, sent.headers["ETag"]):
        return None
    try:
        newest = responses.newest_sequence()
    except Error:
        return None  # the view fails in its own way
    if newest != sent.head:
        _sent.clear()
        return None
    if status == 304:
        return HttpResponseNotModified(headers=sent.headers)
    return HttpResponse(sent.content, headers=sent.headers)


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keeps the 200 or 304 of a view that follows the log.

    Where the site counts requests, content is made for each, so that none is sent without being counted.
    """
    head: int | None = getattr(request, "log_head", None)
    if head is None or request.method != "GET" or not hasattr(request, "follows_log"):
        return
    until, headers = time.monotonic() + SECONDS, dict(response.headers)
    if response.status_code == 304:
        _sent.add(_key(304, request), _Sent(head, until, headers))
    elif response.status_code == 200 and isinstance(response, HttpResponse) and not settings.API_RATE_LIMIT:
        _sent.add(_key(200, request), _Sent(head, until, headers, response.content))


def _key(status: int, request: HttpRequest) -> Key:
    return (status, *map(request.META.get, _ASKED))
