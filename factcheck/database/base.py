"""Django's PostgreSQL backend, which also prepares the server before the first connection.

Django expects a backend's ``DatabaseWrapper`` in a module with this name.
"""

import select
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base as postgresql
from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresqlOperations
from django.db.backends.utils import CursorWrapper

from factcheck.database.query_tally import measure

_PLANNING = "planning"


class DatabaseClient(PostgresqlClient):
    def runshell(self, parameters: Iterable[str]) -> None:
        settings.DATABASE_SERVER.prepare()
        super().runshell(parameters)


class DatabaseOperations(PostgresqlOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the statement's SQL, even if a prepared statement is executed by its name."""
        query: str = super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        return query


class DatabaseWrapper(postgresql.DatabaseWrapper):
    client_class = DatabaseClient
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(measure)

    def is_usable(self) -> bool:
        """Check a persistent connection once for each request.

        If a server closes a connection, the socket becomes readable. A query is sent to the server only in this case,
        which usually saves a round trip.
        """
        if self.connection is not None and not self.connection.closed:
            socket = select.poll()  # select.select() refuses file descriptors of 1024 and above
            socket.register(self.connection.fileno(), select.POLLIN)
            if not socket.poll(0):
                return True
        return super().is_usable()

    def get_connection_params(self) -> dict[str, Any]:
        settings.DATABASE_SERVER.prepare()
        # Only `planning_cursor` prepares statements, because the server binds its parameters.
        return {**super().get_connection_params(), "prepare_threshold": 0}

    def planning_cursor(self) -> CursorWrapper:
        """Return a cursor whose statements the server plans once for each connection, whatever the parameters."""
        return self._cursor(_PLANNING)  # type: ignore[attr-defined,no-any-return]

    def create_cursor(self, name: str | None = None) -> Any:
        if name == _PLANNING:
            return postgresql.ServerBindingCursor(self.connection)  # type: ignore[call-arg]
        return super().create_cursor(name)
