"""The places for work that takes long, so that threads stay free for everything else.

Searches and matches take turns, in the fair queue of all processes of this service. A match takes much longer than a
search, because it also computes what the text means. So each of the two has turns of its own. If many requests are
waiting, a request is answered by its words only, and the answer says so. If too many are waiting, it is refused.
Requests that wait for changes, and downloads, never queue.
"""

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from django.conf import settings

from factcheck.tools import fair_queue
from factcheck.tools.budget import SEARCH_SECONDS, current
from factcheck.tools.fair_queue import Busy as Busy
from factcheck.tools.fair_queue import FairQueue, Kind
from factcheck.web.networks import shortened

PROCESSORS = os.cpu_count() or 1
# Everyone who waits now has had a turn or was refused when this time is over.
RETRY_AFTER = math.ceil(fair_queue.MAX_WAIT)  # seconds
FREE_THREADS = 2  # threads that neither search nor match nor wait for it
MAX_DOWNLOADS = 2
SEARCHES = Kind(1, 2 * PROCESSORS, f"Too many searches are waiting. Send this request again in {RETRY_AFTER} seconds.")
MATCHES = Kind(
    2, PROCESSORS,
    f"Too many texts are waiting to be compared. Send this request again in {RETRY_AFTER} seconds. If you have several"
    " texts, send up to 50 in one POST request to /api/v1/match/. They take one place in the queue.",
)  # fmt: skip


class Places:
    """The turns of a kind of work. `seconds` is the time for statements and comparisons of the request."""

    def __init__(self, kind: Kind, seconds: float = math.inf) -> None:
        self.kind = kind
        self.seconds = seconds

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Take a turn, with the time of its own. Raise Busy."""
        with self.occupy(), current().within(self.seconds):
            yield

    @contextmanager
    def occupy(self) -> Iterator[None]:
        """Take a turn for work within the request's time. Raise Busy."""
        budget = current()
        place, network = budget.place, budget.network
        with queue().take(self.kind, network, shortened(network.partition("/")[0])) as turn:
            budget.place, budget.turn = nullcontext, turn
            try:
                yield
            finally:
                budget.place, budget.turn = place, None


def give_way() -> None:
    """Let other requests have their turns first, in a request that has taken long."""
    if turn := current().turn:
        queue().give_way(turn)


def queue() -> FairQueue:
    file = settings.REQUEST_COUNTS
    return _queue(file.with_name(f"{file.name}-queue"))


@cache
def _queue(file: Path) -> FairQueue:
    return FairQueue(file, max(2, settings.WEB_THREADS - FREE_THREADS))


search_places, match_places = Places(SEARCHES, SEARCH_SECONDS), Places(MATCHES)
change_places = threading.Semaphore(settings.CHANGES_WAITERS)
download_places = threading.Semaphore(MAX_DOWNLOADS)
