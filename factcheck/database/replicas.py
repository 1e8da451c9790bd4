"""The check that leaves out replicas that lag behind the primary, if PUBLIC_DATABASE_URL has several hosts.

A thread asks the primary every few seconds for its position in the write-ahead log. A replica is current if it has
replayed the position that the primary had REPLICA_LAG seconds ago. No clocks are compared. If the primary is down, its
last known position still counts, so reading goes on.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

PAUSE = 2.0  # seconds between two questions to the primary, and between two checks of a connection
PRIMARY = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
# NULL on the primary itself.
REPLICA = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END"


class Replicas:
    """The primary's positions, and the checks of connections. ``connect_to_primary`` opens a connection."""

    def __init__(self, connect_to_primary: Callable[[], psycopg.Connection], lag: float) -> None:
        self._connect_to_primary = connect_to_primary
        self._lag = lag
        self._positions: deque[tuple[float, int]] = deque()
        self._mutex = threading.Lock()
        self._watching: int | None = None  # the id of the process with the thread

    def connect(self, connect: Callable[[dict[str, Any]], Any], parameters: dict[str, Any]) -> Any:
        """Return a connection to a current server, or to a server that lags if no server is current."""
        self._watch()
        hosts = _hosts(parameters)
        while True:
            connection = connect({**parameters, **_joined(hosts)})
            if len(hosts) == 1 or self.is_current(connection):
                return connection
            hosts.remove((connection.info.host, connection.info.port))
            connection.close()

    def is_current(self, connection: psycopg.Connection) -> bool:
        """Return whether the server of this connection is current. The connection must have no open transaction."""
        try:
            row = connection.execute(REPLICA).fetchone()
            if not connection.autocommit:
                connection.rollback()
        except psycopg.Error:
            return False
        assert row is not None
        return row[0] is None or row[0] >= self.required()

    def required(self) -> int:
        """Return the newest position that the primary had at least REPLICA_LAG seconds ago."""
        before = time.monotonic() - self._lag
        with self._mutex:
            while len(self._positions) > 1 and self._positions[1][0] <= before:
                self._positions.popleft()
            return next((position for at, position in self._positions if at <= before), 0)

    def note(self, position: int) -> None:
        """Record the primary's position. After a failover, the new primary may be behind the old primary."""
        self.required()  # this call drops old positions
        with self._mutex:
            if self._positions and position < self._positions[-1][1]:
                self._positions.clear()
            self._positions.append((time.monotonic(), position))

    def _watch(self) -> None:
        with self._mutex:
            if self._watching == os.getpid():
                return
            self._watching = os.getpid()
        threading.Thread(target=self._ask_forever, name="primary's position", daemon=True).start()

    def _ask_forever(self) -> None:
        connection: psycopg.Connection | None = None
        while True:
            try:
                connection = connection or self._connect_to_primary()
                row = connection.execute(PRIMARY).fetchone()
                self.note(int(row[0]) if row else 0)
            except psycopg.Error:  # the primary is down, or is a replica now
                if connection:
                    with suppress(psycopg.Error):
                        connection.close()
                connection = None
            time.sleep(PAUSE)


def _hosts(parameters: dict[str, Any]) -> list[tuple[str, int]]:
    """Return hosts and ports. A single port is for all hosts, and an empty port is the default port."""
    hosts = str(parameters.get("host", "")).split(",")
    ports = str(parameters.get("port", "")).split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    return [(host, int(port or 5432)) for host, port in zip(hosts, ports, strict=True)]


def _joined(hosts: list[tuple[str, int]]) -> dict[str, str]:
    return {"host": ",".join(host for host, _ in hosts), "port": ",".join(str(port) for _, port in hosts)}
