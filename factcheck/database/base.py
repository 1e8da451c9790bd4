"""Django's PostgreSQL backend, which prepares the server before the first connection.

Django looks for a backend's ``DatabaseWrapper`` in a module of this name.
"""

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

    def get_connection_params(self) -> dict[str, Any]:
        settings.DATABASE_SOURCE.prepare()
        return super().get_connection_params()
