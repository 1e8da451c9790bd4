"""Django's PostgreSQL backend, which prepares the server before the first connection.

Django looks for a backend's ``DatabaseWrapper`` in a module of this name.
"""

import select
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base as postgresql
from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient


class DatabaseClient(PostgresqlClient):
    def runshell(self, parameters: Iterable[str]) -> None:
        settings.DATABASE_SOURCE.prepare()
        super().runshell(parameters)


class DatabaseWrapper(postgresql.DatabaseWrapper):
    client_class = DatabaseClient

    def is_usable(self) -> bool:
        """Asked once a request of a connection that was kept. A server that went away has said so, and a line that is
        silent is as it was left: only where something waits to be read is the server asked, which takes a round trip.
        """
        if self.connection is not None and not self.connection.closed:
            waiting, _, _ = select.select([self.connection.fileno()], [], [], 0)
            if not waiting:
                return True
        return super().is_usable()

    def get_connection_params(self) -> dict[str, Any]:
        settings.DATABASE_SOURCE.prepare()
        return super().get_connection_params()
