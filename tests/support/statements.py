"""The SQL statements that some code sends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from django.db import connection

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that are sent over the default connection until the end of the block.

    COPY is included, and transaction control isn't.
    """
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
