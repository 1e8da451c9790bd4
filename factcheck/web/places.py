"""The places of a process for work that takes long, so that threads stay free for everything else.

A match takes much longer than a search, because it also computes what the text means. So matches have places of their
own, and searches keep their threads however many matches arrive. Requests beyond the places wait in the order of their
arrival, if few others are waiting. Then they are refused. Requests that wait for changes, and downloads, never queue.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.conf import settings

from factcheck.tools.budget import SEARCH_SECONDS, current
from factcheck.tools.slots import MAX_WAIT as MAX_WAIT
from factcheck.tools.slots import Busy as Busy
from factcheck.tools.slots import Slots

RETRY_AFTER = 2  # seconds
FREE_THREADS = 2  # threads that neither search nor match nor wait for it
MAX_DOWNLOADS = 2


class Places(Slots):
    """`permits` is the number of threads that can run at a time. `waiting` is the number of threads that can wait.

    `seconds` is the time for statements and comparisons of the request that takes a place.
    """

    def __init__(self, permits: int, waiting: int = 0, seconds: float = math.inf) -> None:
        self.permits = permits
        self.waiting = waiting
        self.seconds = seconds
        super().__init__(permits)

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Take a place, with the time of its own. Raises Busy."""
        with self.occupy(), current().within(self.seconds):
            yield

    @contextmanager
    def occupy(self) -> Iterator[None]:
        """Take a place for work within the request's time. Raises Busy."""
        budget = current()
        place, budget.place = budget.place, nullcontext  # the request has a place now
        try:
            with self.take(MAX_WAIT, most_waiting=self.waiting):
                yield
        finally:
            budget.place = place


def places_for(threads: int) -> tuple[Places, Places]:
    """Return the places for searches and for matches. A third of the threads that can wait are for matches."""
    permits = max(1, threads // 4)
    waiting = max(0, threads - permits - 1 - FREE_THREADS)
    return Places(permits, waiting - waiting // 3, SEARCH_SECONDS), Places(1, waiting // 3)


search_places, match_places = places_for(settings.WEB_THREADS)
change_places = Places(settings.CHANGES_WAITERS)
download_places = Places(MAX_DOWNLOADS)
