"""Lets only a few searches and one match run at a time in each process, so that threads stay free for everything else.

A match takes much longer than a search, because it also computes what the text means. So matches have a gate of their
own, and searches keep their threads however many matches arrive. Requests beyond a gate's limit wait in the order of
their arrival, if few others are waiting. Then they are refused.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from factcheck.tools.slots import Slots

MAX_WAIT = 2.0  # seconds
RETRY_AFTER = 2  # seconds
FREE_THREADS = 2  # threads that neither search nor match nor wait for it


class Busy(Exception):
    """Too many searches or matches are running."""


class SearchGate:
    """`permits` is the number of threads that can run at a time. `places` is the number of threads that can wait."""

    def __init__(self, permits: int, places: int) -> None:
        self.permits = permits
        self.places = places
        self._slots = Slots(permits)

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Run a search or a match. Raises Busy."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._slots.take(MAX_WAIT, most_waiting=self.places))
            except TimeoutError as problem:
                raise Busy from problem
            yield

    def give_way(self) -> None:
        """Let waiting threads run first, between two parts of long work."""
        self._slots.give_way(MAX_WAIT)


def gates_for(threads: int) -> tuple[SearchGate, SearchGate]:
    """Return the gate for searches and the gate for matches. A third of the threads that can wait are for matches."""
    permits = max(1, threads // 4)
    places = max(0, threads - permits - 1 - FREE_THREADS)
    return SearchGate(permits, places - places // 3), SearchGate(1, places // 3)


search_gate, match_gate = gates_for(settings.WEB_THREADS)
