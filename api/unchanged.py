"""304 before any view is asked: as long as the log has no newer entry, what was sent is what would be sent.

Only for views that say so with `follows_log`: what they send depends on the address, on what the client takes and on
the log alone. An entry of the log, an erasure's like any other, ends all that is remembered; so does a minute, since
`rebuild_record` may change bodies without an entry.
"""

import time
from dataclasses import dataclass

from django.db import Error
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified

from api import responses

SECONDS = 60
MOST = 4096
# All of a request that an answer of these views depends on, or that is refused before a view is asked.
_ASKED = (
    "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ORIGIN",
)  # fmt: skip

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Sent:
    head: int
    until: float  # of time.monotonic()
    headers: dict[str, str]


_sent: dict[Key, _Sent] = {}


def follows_log(request: HttpRequest) -> None:
    """For a view whose answer does not change before the log does."""
    request.follows_log = True  # type: ignore[attr-defined]


def find_unchanged(request: HttpRequest) -> HttpResponseBase | None:
    """The 304 that the view would give, if it has given it and the log has not grown since; one query then."""
    if request.method != "GET" or "HTTP_IF_NONE_MATCH" not in request.META:
        return None
    sent = _sent.get(_key(request))
    if sent is None or sent.until < time.monotonic() or not responses.has_already(request, sent.headers["ETag"]):
        return None
    try:
        if responses.newest_sequence() != sent.head:
            return None
    except Error:
        return None  # the view fails in its own way
    return HttpResponseNotModified(headers=sent.headers)


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keeps a 304 with its headers; others are not worth the room."""
    head: int | None = getattr(request, "log_head", None)
    if response.status_code != 304 or head is None or request.method != "GET" or not hasattr(request, "follows_log"):
        return
    if len(_sent) >= MOST:
        _sent.clear()
    _sent[_key(request)] = _Sent(head, time.monotonic() + SECONDS, dict(response.headers))


def _key(request: HttpRequest) -> Key:
    return tuple(map(request.META.get, _ASKED))
