"""Lets only a few searches run at a time in each process, so that threads stay free for everything else.

A match costs as much as all searches that can run at a time, because it also computes what the text means. Requests
beyond the limit wait a moment, if few others are waiting. Then they are refused.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

MAX_WAIT = 0.1  # seconds
RETRY_AFTER = 2  # seconds
FREE_THREADS = 3  # threads that neither search nor wait for a search


class Busy(Exception):
    """Too many searches are running."""


class SearchGate:
    """`permits` is the cost of all searches that can run at a time. `places` is the number of threads that can wait."""

    def __init__(self, permits: int, places: int) -> None:
        self.permits = permits
        self._free = permits
        self._places = places
        self._changed = threading.Condition()

    @contextmanager
    def enter(self, cost: int) -> Iterator[None]:
        """Run a search with this cost. Raises Busy."""
        cost = min(cost, self.permits)
        with self._changed:
            if self._free < cost:
                self._wait(cost)
            self._free -= cost
        try:
            yield
        finally:
            with self._changed:
                self._free += cost
                self._changed.notify_all()

    def _wait(self, cost: int) -> None:
        if self._places == 0:
            raise Busy
        self._places -= 1
        try:
            if not self._changed.wait_for(lambda: self._free >= cost, MAX_WAIT):
                raise Busy
        finally:
            self._places += 1


def gate_for(threads: int) -> SearchGate:
    permits = max(1, threads // 4)
    return SearchGate(permits, max(0, threads - permits - FREE_THREADS))


search_gate = gate_for(settings.WEB_THREADS)
SEARCH, MATCH = 1, search_gate.permits
