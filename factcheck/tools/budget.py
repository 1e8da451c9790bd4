"""The budget of a request: what the request may use, what it has used, and what it has read of the log.

The middleware `factcheck.web.request_log` makes it. Everything that answers the request takes from the same
object, so no function hands on a deadline or a limit. A thread answers one request at a time. A thread without a
request, such as the worker's, has a budget without limits.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from factcheck.tools.fair_queue import Turn

SEARCH_SECONDS = 0.9  # for all statements and comparisons of one search, so that the site stays fast for everyone


Place = Callable[[], AbstractContextManager[None]]


class Budget:
    """The client, its limits, its place in the queue, its time, what had no time, and the log's newest entry.

    Only the time of statements and of `spending` counts, so a busy machine or a slow model costs a request nothing.
    """

    __slots__ = (
        "_end", "account", "has_head", "head", "headers", "id", "is_cacheable", "is_quiet", "left_out", "network",
        "place", "queries", "retry_after", "seconds", "turn",
    )  # fmt: skip

    def __init__(
        self, request_id: str = "", network: str = "unknown", seconds: float = math.inf, place: Place = nullcontext
    ) -> None:
        self.id = request_id
        self.network = network  # whose requests count together
        self.account: int | None = None  # of a program with a token, for the log
        # The statements sent to the database, and the seconds until their results arrived.
        self.queries, self.seconds = 0, 0.0
        self.place = place  # takes a place in the queue for long work, if the request has none. Raises Busy.
        self.turn: Turn | None = None  # in the queue for long work
        self._end = seconds  # the value of `seconds` at which the time is used up
        self.left_out: list[str] = []  # the parts of the response that had no time, for the response's header
        # The headers that name the client's limits, and the seconds to wait if the request exceeds one of them.
        self.headers: dict[str, str] = {}
        self.retry_after: int | None = None
        # The log's newest entry, or None if the log is empty or can't be read. `has_head` says whether it was read.
        self.head: int | None = None
        self.has_head = False
        self.is_cacheable = False  # the response changes only when the log changes
        self.is_quiet = False  # Django doesn't log the refusal, because a flood of requests would fill the journal

    @property
    def left(self) -> float:
        """Return the seconds that further statements and comparisons can take."""
        return max(0.0, self._end - self.seconds)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give the block a time of its own, which isn't taken from the time outside the block."""
        end, begun = self._end, self.seconds
        self._end = begun + seconds
        try:
            yield
        finally:
            self._end = end + self.seconds - begun

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Count the time of a comparison that isn't a statement."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._end -= time.monotonic() - begun


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


def begin(budget: Budget) -> Budget:
    """Make this the thread's budget until its next request, because Django logs refusals after all middleware."""
    _current.set(budget)
    return budget


def current() -> Budget:
    return _current.get() or begin(Budget())
