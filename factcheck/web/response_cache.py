"""Remembers responses in this process, as long as what they show is unchanged.

A response is kept with its version, whose first part is the log's newest entry. Before each use, the caller reads the
newest version, so an erasure takes effect for every reader at once. When the log grows, everything is forgotten, so
erased content doesn't stay in memory. Everything is also forgotten after a minute, because `rebuild_record` can change
bodies without a log entry.

A remembered list takes 0.21 ms of processor time instead of 0.73 ms (decision 9).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

MAX_AGE = 60  # seconds
MAX_BYTES = 16 * 1024 * 1024  # for all responses and their keys. A page of twenty reviews has about 50,000 bytes.

_KEY_PARTS = (
    "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
)  # fmt: skip

Key = tuple[str | None, ...]
Version = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Remembered:
    version: Version
    until: float  # of time.monotonic()
    match: ResolverMatch | None  # for the log and for metrics
    headers: dict[str, str]
    content: bytes


class _Memory(dict[Key, _Remembered]):
    """Bounded by bytes. Django's caches are bounded by entries, but a list is 50 times as large as a review."""

    head: Any = None  # the log's newest entry in all versions
    size = 0

    def clear(self) -> None:
        with _lock:
            super().clear()
            self.size = 0


_lock = threading.RLock()  # the threads of this process share the memory
_memory = _Memory()
forget_responses = _memory.clear


def key_of(request: HttpRequest, *more: str) -> Key:
    """Return everything in a request that can affect a response, or a refusal before the view runs."""
    return (*map(request.META.get, _KEY_PARTS), *more)


def recall(request: HttpRequest, key: Key, read_version: Callable[[], Version]) -> HttpResponse | None:
    """Return the remembered response if it has the newest version. `read_version` is called only for a known key."""
    found = _memory.get(key)
    if found is None:
        return None
    try:
        current = time.monotonic() < found.until and read_version() == found.version
    except Error:
        return None  # the view handles the error
    if not current:
        forget_responses()
        return None
    request.resolver_match = found.match
    return HttpResponse(found.content, headers=found.headers)


def remember(request: HttpRequest, key: Key, version: Version, response: HttpResponse) -> None:
    """Keep a response with status 200. The version must have been read before what the response shows."""
    size = len(response.content) + sum(len(part) for part in key if part)  # a URL can be as long as the response
    with _lock:
        if version[0] != _memory.head or _memory.size + size > MAX_BYTES:
            forget_responses()
        if size <= MAX_BYTES and key not in _memory:
            until, headers = time.monotonic() + MAX_AGE, dict(response.headers)
            _memory[key] = _Remembered(version, until, request.resolver_match, headers, response.content)
            _memory.head, _memory.size = version[0], _memory.size + size
