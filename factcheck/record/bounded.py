"""Statements that end when their time is up."""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connections
from psycopg.errors import QueryCanceled


def rows_within(seconds: float, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]] | None:
    """The rows of a statement on the public record; None when the time was up before its end."""
    left = int(1000 * seconds)
    if left <= 0:  # which PostgreSQL reads as no limit
        return None
    try:
        with connections["public"].cursor() as cursor:
            # Sent as one message, so that the limit holds for this statement alone without a round trip of its own.
            cursor.execute(f"SET LOCAL statement_timeout = {left}; {sql}", parameters)
            cursor.nextset()
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise
