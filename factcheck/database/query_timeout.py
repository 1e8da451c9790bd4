"""Statements that end when their time is up."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections, transaction
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


@contextmanager
def all_within(seconds: float) -> Iterator[Callable[[], float]]:
    """All statements on the public record in here have so many seconds together. Raises TimeoutError after them.

    What is done between them has its own limits, and does not count. Gives a function that says how many seconds are
    left, for another block with the same limit.
    """
    taken = 0.0

    def limited(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal taken
        left = int(1000 * (seconds - taken))
        if left <= 0:
            raise TimeoutError
        begun = time.monotonic()
        try:
            execute(f"SET LOCAL statement_timeout = {left}", None, False, context)
            return execute(sql, parameters, many, context)
        finally:
            taken += time.monotonic() - begun

    try:
        with transaction.atomic("public"), connections["public"].execute_wrapper(limited):
            yield lambda: seconds - taken
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TimeoutError from error
        raise
