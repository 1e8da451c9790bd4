"""`manage.py rewrite_tables`: after an erasure, removes the erased text from PostgreSQL's own files."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    help = (
        "Rewrites every table, so that PostgreSQL's own files no longer hold erased text. PostgreSQL keeps deleted rows"
        " and samples of columns until it needs the space. Each table is locked meanwhile, so choose a time when few"
        " people work. Clear backups and archives of the write-ahead log too (docs/how-to/finish-an-erasure.md)."
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
            # The planner's old samples. Only the owner of the database can rewrite them. Otherwise they are skipped.
            cursor.execute("VACUUM (FULL) pg_catalog.pg_statistic")
        self.stdout.write(f"{len(tables)} tables are rewritten.")
