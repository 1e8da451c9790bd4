"""The checks and the preparation of an external PostgreSQL server.

A problem is reported in a sentence for the operator.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from factcheck.database import roles, timeouts
from factcheck.database.problems import DatabaseProblem, DatabaseUnavailable, DiskFull, caused_by_full_disk
from factcheck.database.replicas import Replicas

_LOCK = 1380928581  # "ROLE" in ASCII, so that only one process at a time grants rights
BY_HAND = (
    "Run `.venv/bin/python -m factcheck.database roles`, give its SQL to the server's administrator, "
    "and set DATABASE_URL, PUBLIC_DATABASE_URL and OWNER_DATABASE_URL to the printed values"
)


def connect(account: dict[str, Any]) -> psycopg.Connection:
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
    """An external server.

    ``account`` contains Django's settings for the role. If this role is an owner, it creates the roles in ``logins``.
    """

    def __init__(
        self,
        account: dict[str, Any],
        logins: roles.Logins | None = None,
        *,
        databases: dict[str, Any] | None = None,
        replicas: Replicas | None = None,
        variable: str = "DATABASE_URL",
    ) -> None:
        self.variable = variable
        self.databases = databases or {}
        self.account = account
        self.logins = logins
        self.replicas = replicas
        self._mutex = threading.Lock()
        self._checked: int | None = None  # the id of the process that has checked the server

    def prepare(self, alias: str = "default") -> None:
        """Check the server once per process, and create the missing roles.

        Reading doesn't wait for a primary that is down, unless this process has to create the roles first.
        """
        if alias == "public" and self.logins is None:
            return
        with self._mutex:
            if self._checked == os.getpid():
                return
            if guard := timeouts.request_guard():
                guard.refuse_if_closed()  # another thread may have waited for the server until a timeout
            with self._connected() as connection:
                self.check(connection)
                if self.logins is not None:
                    self._make_roles(connection, self.logins)
            self._checked = os.getpid()

    def leave(self, *, at_once: bool = False) -> None:
        """Do nothing, because the server is external."""

    def full_disk(self, error: Exception) -> DatabaseProblem | None:
        return DiskFull("the site or of its database's server") if caused_by_full_disk(error) else None

    @contextmanager
    def _connected(self, login: roles.Login | None = None) -> Iterator[psycopg.Connection]:
        account = self.account
        if login:
            account = {**account, "USER": login.name, "PASSWORD": login.password}
        try:
            connection = connect(account)
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

    def _make_roles(self, connection: psycopg.Connection, logins: roles.Logins) -> None:
        """Create the application role and the reading role if they are missing, and let them connect."""
        for login in (logins.application, logins.reading):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.name]).fetchone():
                continue
            try:
                connection.execute(roles.create_role(login))
            except psycopg.errors.DuplicateObject:  # another process has already created the role
                continue
            except psycopg.errors.InsufficientPrivilege:
                raise DatabaseProblem(
                    f"DATABASE_URL's role {logins.owner.name} isn't allowed to create the other roles. {BY_HAND}."
                ) from None
        # This is checked each time, because the process that created the roles may have been killed before this step.
        # Revoking a right that another role has granted causes only a warning, so the rights are checked again below.
        if not _have_their_rights(connection, logins):
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # until the connection ends
                for line in (*roles.connect_rights(self.account["NAME"], logins), *roles.schema_rights(logins)):
                    connection.execute(line)
            if not _have_their_rights(connection, logins):
                raise DatabaseProblem(
                    f"DATABASE_URL's role {logins.owner.name} can't stop the other roles from creating temporary "
                    f"tables. {BY_HAND}."
                )
        for login in (logins.application, logins.reading):
            try:
                with self._connected(login):
                    pass
            except DatabaseProblem:
                raise DatabaseProblem(
                    f"The role {login.name} exists, but var/database-roles.json doesn't have its password. "
                    f"Copy this file from the machine that created the role, or set all three URLs. {BY_HAND}."
                ) from None


def _have_their_rights(connection: psycopg.Connection, logins: roles.Logins) -> bool:
    """Return whether both roles can connect, but can't create temporary tables.

    Temporary tables could hide the tables that triggers read. Tables in the schema public can't hide other tables.
    Before PostgreSQL 15, only a superuser can prevent tables in this schema.
    """
    row = connection.execute(
        "SELECT bool_and(has_database_privilege(name, current_database(), 'CONNECT')"
        " AND NOT has_database_privilege(name, current_database(), 'TEMP')"
        " AND has_schema_privilege(name, 'public', 'USAGE')) FROM unnest(%s::text[]) AS name",
        [[logins.application.name, logins.reading.name]],
    ).fetchone()
    return bool(row and row[0])
