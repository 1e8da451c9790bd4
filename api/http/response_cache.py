"""A cache of responses that don't change until the log grows.

Only views that call `mark_cacheable` use the cache. Their responses depend on the URL, a few request headers and the
log. Every new log entry clears the cache, so that erased content disappears immediately. Responses also expire after a
minute, because `rebuild_record` can change bodies without a log entry.
"""

import time
from dataclasses import dataclass

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.urls import ResolverMatch

from api.http import responses

MAX_AGE = 60
MAX_RESPONSES = 4096
MAX_BYTES = 16 * 1024 * 1024  # for all responses and their URLs. A page of twenty reviews has about 50,000 bytes.
# Everything in a request that can affect a cacheable response, or a refusal before the view runs. The charset in
# Content-Type isn't included, because queries are always read as UTF-8 (factcheck/wsgi.py).
_KEY_PARTS = (
    "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ORIGIN",
)  # fmt: skip

Key = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class _Response:
    head: int
    until: float  # of time.monotonic()
    headers: dict[str, str]
    match: ResolverMatch | None  # for the log and for metrics
    content: bytes = b""


class _Cache(dict[Key, _Response]):
    """Cached responses for one log head. The cache is cleared when it is full and when the head changes."""

    head: int | None = None
    size = 0

    def add(self, key: Key, cached: _Response) -> None:
        size = _size(key, cached)
        if previous := self.pop(key, None):
            self.size -= _size(key, previous)
        if cached.head != self.head or len(self) >= MAX_RESPONSES or self.size + size > MAX_BYTES:
            self.clear()
        if size <= MAX_BYTES:
            self[key], self.head = cached, cached.head
            self.size += size

    def clear(self) -> None:
        super().clear()
        self.size = 0


def _size(key: Key, cached: _Response) -> int:
    """Return the size. The URL counts too, because it may be nearly as long as the response."""
    return len(cached.content) + sum(len(part) for part in key if isinstance(part, str))


_cache = _Cache()


def mark_cacheable(request: HttpRequest) -> None:
    """Mark a request whose response changes only when the log changes."""
    request.is_cacheable = True  # type: ignore[attr-defined]


def cached_response(request: HttpRequest) -> HttpResponseBase | None:
    """Return the cached response if the log hasn't grown in the meantime. This takes one query."""
    if request.method != "GET":
        return None
    status = 304 if "HTTP_IF_NONE_MATCH" in request.META else 200
    cached = _cache.get(_key(status, request))
    if cached is None:
        return None
    if cached.until < time.monotonic():
        _cache.clear()  # the log may also have grown
        return None
    if status == 304 and not responses.matches_etag(request, cached.headers["ETag"]):
        return None
    try:
        newest = responses.newest_sequence()
    except Error:
        return None  # the view handles the error
    if newest != cached.head:
        _cache.clear()
        return None
    request.resolver_match = cached.match
    if status == 304:
        return HttpResponseNotModified(headers=cached.headers)
    return HttpResponse(cached.content, headers=cached.headers)


def store_response(request: HttpRequest, response: HttpResponseBase) -> None:
    """Cache a 200 or 304 from a cacheable view."""
    head: int | None = getattr(request, "log_head", None)
    if head is None or request.method != "GET" or not hasattr(request, "is_cacheable"):
        return
    until, headers = time.monotonic() + MAX_AGE, dict(response.headers)
    if response.status_code == 304:
        _cache.add(_key(304, request), _Response(head, until, headers, request.resolver_match))
    elif response.status_code == 200 and isinstance(response, HttpResponse):
        _cache.add(_key(200, request), _Response(head, until, headers, request.resolver_match, response.content))


def _key(status: int, request: HttpRequest) -> Key:
    return (status, *map(request.META.get, _KEY_PARTS))
