"""Django's ``migrate``, which also refuses a database from another version of the site."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from factcheck.database.versions import refuse_unknown_migrations


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unknown_migrations(MigrationLoader(connections[options["database"]]))
        super().handle(*args, **options)
