"""A time limit for work that may never end, because a database that hangs doesn't answer at all."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")


class TimeLimited(Generic[T]):
    """Work in a thread of its own, for which callers wait `seconds` at most.

    Only one thread works at a time. Callers that come while it works get its result, so many requests cost as much as
    one.
    """

    def __init__(self, work: Callable[[], T], seconds: float) -> None:
        self._work, self._seconds = work, seconds
        self._lock = threading.Lock()
        self._begun = 0.0
        self._result: Future[T] | None = None

    def run(self) -> T:
        """Return the result of the work.

        Raise the exception of the work, or TimeoutError if the work takes too long.
        """
        with self._lock:
            if self._result is None or self._result.done():
                self._result, self._begun = Future(), time.monotonic()
                # The thread is a daemon, because the process must be able to end while the thread hangs.
                threading.Thread(target=self._fill, args=[self._result], daemon=True).start()
            result, left = self._result, self._begun + self._seconds - time.monotonic()
        return result.result(max(left, 0))

    def _fill(self, result: "Future[T]") -> None:
        try:
            found = self._work()
        except BaseException as problem:  # noqa: BLE001 - the caller raises it
            result.set_exception(problem)
        else:
            result.set_result(found)
        finally:
            connections.close_all()
