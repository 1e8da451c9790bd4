"""The command `manage.py rewrite_tables`, which removes erased data from PostgreSQL's own data files."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    help = (
        "Rewrites every table, so that the database's files no longer contain erased data. PostgreSQL keeps deleted"
        " rows, and samples of columns for its planner, until it needs the space. Each table is locked during its"
        " rewrite, so run the command when few people work. Backups and archives of the write-ahead log are not"
        " rewritten (docs/how-to/finish-an-erasure.md)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tableowner = current_user"
                " AND schemaname <> 'pg_catalog' ORDER BY 1"
            )
            tables = [table for (table,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"VACUUM (FULL, ANALYZE) {table}")
            # The planner's statistics contain sampled values of columns. PostgreSQL skips this table unless the role
            # owns the database.
            cursor.execute("VACUUM (FULL) pg_catalog.pg_statistic")
        self.stdout.write(f"{len(tables)} tables have been rewritten.")
