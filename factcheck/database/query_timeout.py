"""Time limits for statements."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections, transaction
from psycopg.errors import QueryCanceled


def rows_within(seconds: float, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]] | None:
    """Return the rows of a query on the public record, or None if the query takes too long."""
    left = int(1000 * seconds)
    if left <= 0:  # PostgreSQL would interpret 0 as no limit
        return None
    try:
        with connections["public"].cursor() as cursor:
            # Both statements are one message. The limit only applies to this query and doesn't cost a round trip.
            cursor.execute(f"SET LOCAL statement_timeout = {left}; {sql}", parameters)
            cursor.nextset()
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


@contextmanager
def time_limit(seconds: float) -> Iterator[Callable[[], float]]:
    """Limit the total time of all statements on the public record inside the block.

    Time between the statements doesn't count. The block receives a function that returns the remaining seconds, for
    another block with the same limit. Raise TimeoutError when the time is over.
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
