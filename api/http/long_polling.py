"""Lets a limited number of requests wait until the log grows.

A waiting request occupies one of the server's threads. The limit (CHANGES_WAITERS, for each process) is therefore lower
than the number of threads. Requests beyond the limit get a response immediately.
"""

import threading
import time
from collections.abc import Callable

from django.conf import settings

MAX_WAIT = 30  # seconds
INTERVAL = 0.5  # seconds between two reads of the log's head

places = threading.BoundedSemaphore(max(settings.CHANGES_WAITERS, 1))


def wait_until(ready: Callable[[], bool], seconds: int) -> None:
    """Return when `ready` is true, or after `seconds`. Return immediately if too many requests are waiting."""
    if seconds <= 0 or settings.CHANGES_WAITERS <= 0 or ready() or not places.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(INTERVAL, left))
            if ready():
                return
    finally:
        places.release()
