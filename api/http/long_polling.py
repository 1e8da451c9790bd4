"""Requests that wait until the log grows. Only a limited number of requests can wait.

A waiting request occupies one of the server's threads. So the limit (CHANGES_WAITERS, for each process) is lower than
the number of threads. Requests beyond the limit get a response immediately.
"""

import time
from collections.abc import Callable

from factcheck.web.places import change_places

MAX_WAIT = 30  # seconds
INTERVAL = 0.5  # seconds between two reads of the log's head


def wait_until(ready: Callable[[], bool], seconds: int) -> None:
    """Return when `ready` is true, or after `seconds`. Return immediately if too many requests are waiting."""
    if seconds <= 0 or ready() or not change_places.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(INTERVAL, left))
            if ready():
                return
    finally:
        change_places.release()
