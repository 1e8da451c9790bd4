"""Time limits for connections, by role and kind of process. All limits are in seconds.

A process that answers requests calls :func:`serve_requests`. Commands and the worker can run a statement as long as
they need, for example a migration or an import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factcheck.database.hang_guard import HangGuard

# Commands wait longer for a connection, because no reader waits for them.
CONNECT, CONNECT_COMMANDS = 3, 10
# A dead machine or a cut cable is noticed after half a minute, in every process. libpq reads the last value in
# milliseconds.
TCP = {
    "keepalives": 1,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 30_000,
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The running time of a statement, its waiting time for a lock, and the time that a transaction can be idle."""

    statement: int
    lock: int
    idle_in_transaction_session: int

    @property
    def options(self) -> str:
        """Return the options for libpq, which the server applies. PostgreSQL reads the values in milliseconds."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return " ".join(f"-c {name}_timeout={1000 * seconds}" for name, seconds in values.items())


READING = Timeouts(statement=5, lock=2, idle_in_transaction_session=60)
# Editors wait for each other's publications, and returning a large import changes many rows.
EDITING = Timeouts(statement=60, lock=15, idle_in_transaction_session=60)
# While a migration waits for a lock, readers wait behind it.
MIGRATION_LOCK = 10
_REQUESTS = {"public": READING, "default": EDITING}
# A server that hangs can't stop its statements. The client gives up this many seconds later than the server would.
GRACE = 1
# Threads that never wait for the database. They answer requests that don't need it, for example for static files.
FREE_THREADS = 2

_guard: HangGuard | None = None
_replicas_guard: HangGuard | None = None


def serve_requests(threads: int) -> None:
    """Apply the limits for requests to all later connections of this process, which has this number of threads."""
    global _guard, _replicas_guard
    slots = max(1, threads - FREE_THREADS)
    _guard = HangGuard(slots)
    _replicas_guard = HangGuard(slots, sharing=_guard)


def request_guard(*, replicas: bool = False) -> HangGuard | None:
    """Return the guard of a process that answers requests, or None in other processes.

    Replicas have a guard of their own, because they still answer when the primary hangs.
    """
    return _replicas_guard if replicas else _guard


def seconds_for(alias: str) -> float:
    """Return the seconds after which a request gives up waiting for a statement."""
    return _REQUESTS[alias].statement + GRACE


def with_timeouts(alias: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return connection parameters with the limits. Parameters in the database's URL take precedence."""
    limits = _REQUESTS[alias].options if _guard and alias in _REQUESTS else ""
    options = f"{limits} {parameters.get('options', '')}".strip()
    connect = CONNECT if _guard else CONNECT_COMMANDS
    return {"connect_timeout": connect, **TCP, **parameters, **({"options": options} if options else {})}
