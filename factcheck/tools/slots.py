"""Slots for work that only a few threads can do at a time, given out in the order of arrival."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

MAX_WAIT = 2.0  # seconds


class Busy(TimeoutError):
    """No slot is free, and the time to wait is over or too many threads are waiting."""


class Slots:
    """A thread-safe number of slots. With a semaphore, newcomers could overtake threads that have waited for long."""

    def __init__(self, count: int) -> None:
        self._free = count
        self.queue = deque[object]()
        self._changed = threading.Condition()

    @contextmanager
    def take(self, seconds: float, *, most_waiting: float = float("inf")) -> Iterator[float]:
        """Take a slot, and receive the seconds that are left of the waiting time. Raise Busy.

        The error is raised at once if as many threads as `most_waiting` are already waiting.
        """
        end = time.monotonic() + seconds
        with self._changed:
            self._wait(seconds, most_waiting)
        try:
            yield max(0.0, end - time.monotonic())
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def give_way(self, seconds: float = MAX_WAIT) -> None:
        """Let waiting threads go first, for a thread that has taken a slot. After this time, the thread continues."""
        with self._changed:
            if not self.queue:
                return
            self._free += 1
            self._changed.notify_all()
            try:
                self._wait(seconds, float("inf"))
            except TimeoutError:
                self._free -= 1

    def _wait(self, seconds: float, most_waiting: float) -> None:
        """Wait behind the other threads. The lock must be held."""
        if self.queue or self._free < 1:
            if len(self.queue) >= most_waiting:
                raise Busy
            ticket = object()
            self.queue.append(ticket)
            try:
                if not self._changed.wait_for(lambda: self._free > 0 and self.queue[0] is ticket, seconds):
                    raise Busy
            finally:
                self.queue.remove(ticket)
                self._changed.notify_all()
        self._free -= 1
