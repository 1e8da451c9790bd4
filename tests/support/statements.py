"""The SQL statements that something sends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from django.db import connection

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Those sent meanwhile over the default connection, COPY among them, without transaction control."""
    sent: list[str] = []

    def executed(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(CONTROL):
            sent.append(sql)
        return execute(sql, parameters, many, context)

    real = psycopg.Cursor.copy

    def copy(self: Any, statement: str, *args: Any, **options: Any) -> Any:
        sent.append(statement)
        return real(self, statement, *args, **options)

    with connection.execute_wrapper(executed), patch.object(psycopg.Cursor, "copy", copy):
        yield sent
