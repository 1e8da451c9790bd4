"""`manage.py rewrite_tables`: after an erasure, clears what PostgreSQL itself still has in its files."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    help = (
        "Rewrites every table, so that the database's own files hold nothing of what was erased: PostgreSQL keeps"
        " deleted rows, and samples of columns for its planner, until it needs the space. Each table is locked while it"
        " is rewritten; run it when few people work. Archives of the write-ahead log and backups are another matter"
        " (docs/how-to/finish-an-erasure.md)."
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
            # The planner's former samples. Only the database's owner may rewrite them; for others it is passed over.
            cursor.execute("VACUUM (FULL) pg_catalog.pg_statistic")
        self.stdout.write(f"{len(tables)} tables are rewritten.")
