"""The checks and the preparation of an external PostgreSQL server.

A problem is reported in a sentence for the operator.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from factcheck.database import roles, timeouts
from factcheck.database.aliases import Alias
from factcheck.database.problems import DatabaseProblem, DatabaseUnavailable, DiskFull, caused_by_full_disk
from factcheck.database.replicas import Replicas


def connect(account: Alias) -> psycopg.Connection:
    """Return a connection with Django's settings of a database."""
    return psycopg.connect(
        **timeouts.with_timeouts("", account.get("OPTIONS", {})),
        host=account["HOST"] or None,
        port=account["PORT"] or None,
        dbname=account["NAME"],
        user=account["USER"] or None,
        password=account["PASSWORD"] or None,
        autocommit=True,
    )


class Remote:
    """An external server. ``account`` contains Django's settings for the role."""

    def __init__(
        self,
        account: Alias,
        *,
        databases: dict[str, Alias] | None = None,
        replicas: Replicas | None = None,
        variable: str = "DATABASE_URL",
    ) -> None:
        self.variable = variable
        self.databases = databases or {}
        self.account = account
        self.replicas = replicas
        self._mutex = threading.Lock()
        self._checked: int | None = None  # the id of the process that has checked the server

    def prepare(self, alias: str = "default") -> None:
        """Check the server once per process. Reading doesn't wait for a primary that is down."""
        if alias == "public":
            return
        with self._mutex:
            if self._checked == os.getpid():
                return
            if guard := timeouts.request_guard():
                guard.refuse_if_closed()  # another thread may have waited for the server until a timeout
            with self._connected() as connection:
                self.check(connection)
            self._checked = os.getpid()

    def leave(self, *, at_once: bool = False) -> None:
        """Do nothing, because the server is external."""

    def full_disk(self, error: Exception) -> DatabaseProblem | None:
        return DiskFull("the site or of its database's server") if caused_by_full_disk(error) else None

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        try:
            connection = connect(self.account)
        except psycopg.Error as error:
            reason = f"{error}".strip().partition("\n")[0].rstrip(".")
            kind = DatabaseUnavailable if isinstance(error, psycopg.OperationalError) else DatabaseProblem
            raise kind(f"The database in {self.variable} can't be used: {reason}.") from error
        with connection:
            yield connection

    def check(self, connection: psycopg.Connection) -> None:
        if (version := connection.info.server_version // 10000) < roles.MINIMUM_VERSION:
            raise DatabaseProblem(
                f"The server in {self.variable} is PostgreSQL {version}. Use version {roles.MINIMUM_VERSION} or later."
            )
        found: dict[str, str] = dict(
            connection.execute("SELECT name, default_version FROM pg_available_extensions").fetchall()
        )
        if missing := [name for name in roles.EXTENSIONS if name not in found]:
            raise DatabaseProblem(
                f"The PostgreSQL server in {self.variable} doesn't have the extensions {', '.join(missing)}. Install "
                "its contrib modules (Fedora: postgresql-contrib; Debian: part of postgresql) and, for vector, "
                "pgvector (Fedora: pgvector; Debian: postgresql-18-pgvector, with the server's own number)."
            )
        if tuple(int(part) for part in found["vector"].split(".")[:2]) < roles.MINIMUM_PGVECTOR:
            raise DatabaseProblem(
                f"The PostgreSQL server in {self.variable} has pgvector {found['vector']}. Install 0.7.0 or later."
            )
