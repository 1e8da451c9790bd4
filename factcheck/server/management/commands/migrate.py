"""Django's ``migrate``, which refuses a database from another version of the site and never waits long for a lock."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from factcheck.database.migration_locks import lock_limit
from factcheck.database.versions import refuse_unknown_migrations


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        refuse_unknown_migrations(MigrationLoader(connection))
        with lock_limit(connection):
            super().handle(*args, **options)
