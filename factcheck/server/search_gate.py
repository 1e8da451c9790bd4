"""Lets only a few searches run at a time in each process, so that threads stay free for everything else.

A match costs as much as all searches that can run at a time, because it also computes what the text means. Requests
beyond the limit wait in the order of their arrival, if few others are waiting. Then they are refused.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from factcheck.server.slots import Slots

MAX_WAIT = 2.0  # seconds
RETRY_AFTER = 2  # seconds
FREE_THREADS = 2  # threads that neither search nor wait for a search


class Busy(Exception):
    """Too many searches are running."""


class SearchGate:
    """`permits` is the cost of all searches that can run at a time. `places` is the number of threads that can wait."""

    def __init__(self, permits: int, places: int) -> None:
        self.permits = permits
        self.places = places
        self._slots = Slots(permits)

    @contextmanager
    def enter(self, cost: int) -> Iterator[None]:
        """Run a search with this cost. Raises Busy."""
        cost = min(cost, self.permits)
        with ExitStack() as stack:
            try:
                stack.enter_context(self._slots.take(MAX_WAIT, count=cost, most_waiting=self.places))
            except TimeoutError as problem:
                raise Busy from problem
            yield

    def give_way(self, cost: int) -> None:
        """Let waiting searches run first, between two parts of a long search with this cost."""
        self._slots.give_way(MAX_WAIT, min(cost, self.permits))


def gate_for(threads: int) -> SearchGate:
    permits = max(1, threads // 4)
    return SearchGate(permits, max(0, threads - permits - FREE_THREADS))


search_gate = gate_for(settings.WEB_THREADS)
SEARCH, MATCH = 1, search_gate.permits
