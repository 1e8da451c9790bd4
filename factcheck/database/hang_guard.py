"""A guard that keeps a server that hangs from occupying all threads of a process.

A server hangs if it accepts connections but doesn't answer, for example because its machine is stopped or its disk is
gone. Such a server can't stop statements that take too long. Without a guard, each thread that waits for the server
would be lost for all requests.

Measured with ten requests waiting for a stopped PostgreSQL: a process with eight threads sent `/robots.txt` within 0.1
seconds. Without the guard, the process sent nothing for 20 seconds. Neither libpq nor psycopg has a timeout for a
statement.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

PATIENCE = 0.8  # seconds without any answer after which further statements are refused
PAUSE = 3  # seconds after a timeout in which nothing is sent to the server

HANGS = "The database isn't responding. It will be tried again in a few seconds."


class HangGuard:
    """A guard that lets only as many threads wait as it has slots.

    After a timeout, the guard refuses everything for a few seconds. It raises psycopg.OperationalError, which a running
    site handles like a lost connection. Guards of different servers can share their slots.
    """

    def __init__(self, slots: int, sharing: "HangGuard | None" = None) -> None:
        self._slots: threading.BoundedSemaphore = sharing._slots if sharing else threading.BoundedSemaphore(slots)
        self._answered = time.monotonic()
        self._begun: dict[int, float] = {}  # when each waiting thread began, by the id of the thread
        self._closed_until = 0.0

    def refuse_if_closed(self) -> None:
        if time.monotonic() < self._closed_until:
            raise psycopg.OperationalError(HANGS)

    def __enter__(self) -> None:
        """Occupy a slot while this thread waits for the server."""
        self.refuse_if_closed()
        if not (self._slots.acquire(blocking=False) or self._slots.acquire(timeout=self._patience())):
            raise psycopg.OperationalError(HANGS)
        self._begun[threading.get_ident()] = time.monotonic()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error and any(
            isinstance(each, psycopg.errors.ConnectionTimeout | StatementTimeout) for each in _causes(error)
        ):
            self._closed_until = time.monotonic() + PAUSE
        elif not error or isinstance(error, Exception):
            self._answered = time.monotonic()
        del self._begun[threading.get_ident()]
        self._slots.release()

    def _patience(self) -> float:
        """Return the seconds to wait for a slot, or 0 if the server has answered no thread for too long."""
        # The silence begins with the last answer, or when the first waiting thread began, whichever is later.
        silent_since = max(self._answered, min([*self._begun.values()], default=0))
        return max(0, silent_since + PATIENCE - time.monotonic())


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


class StatementTimeout(psycopg.OperationalError):
    """The error of a server that didn't answer, not even with the error that the statement took too long."""


class GuardedConnection(psycopg.Connection[Any]):
    """A connection that gives up after ``seconds`` without an answer to a statement."""

    guard: HangGuard
    seconds: float

    @classmethod
    def open(cls, guard: HangGuard, seconds: float, **parameters: Any) -> "GuardedConnection":
        with guard:
            connection = cls.connect(**parameters)
        connection.guard, connection.seconds = guard, seconds
        return connection

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        # A transaction that has begun continues without a slot, because threads in all slots may wait for its locks.
        idle = self.pgconn.transaction_status == TransactionStatus.IDLE
        with self.guard if idle else nullcontext():
            try:
                return super().wait(gen, interval, self.seconds if timeout is None else timeout)
            except psycopg.OperationalError as error:
                if error.sqlstate or self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                    raise  # the server has answered, or the connection has ended
                self.pgconn.finish()  # otherwise, a late answer would be taken for the answer to the next statement
                raise StatementTimeout("The database didn't answer a statement in time.") from error


def begin_transaction(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Begin the transaction before its first statement, which can wait for a lock. An execute wrapper of Django.

    The first statement then occupies no slot. A transaction takes one more round trip, about 0.05 ms on one machine.
    """
    connection = context["connection"].connection
    begins = isinstance(connection, GuardedConnection) and not connection.autocommit
    if begins and connection.info.transaction_status == TransactionStatus.IDLE:
        connection.execute("SELECT")
    return execute(sql, parameters, many, context)
