"""Waiting for the log to grow, by a bounded number of requests at a time.

A request that waits holds one of the server's threads, so fewer may wait than there are threads
(CHANGES_WAITERS, a process). Whoever comes beyond is answered at once, as if it had not asked to wait.
"""

import threading
import time
from collections.abc import Callable

from django.conf import settings

MAX_WAIT = 30  # seconds
INTERVAL = 0.5  # seconds between two looks at the log: one read of an index's end

_places = threading.BoundedSemaphore(max(settings.CHANGES_WAITERS, 1))


def wait_until(ready: Callable[[], bool], seconds: int) -> None:
    """Returns when `ready`, after so many seconds at the latest, or at once when too many wait already."""
    if seconds <= 0 or settings.CHANGES_WAITERS <= 0 or ready() or not _places.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(INTERVAL, left))
            if ready():
                return
    finally:
        _places.release()
