"""Statements within the time of the request's budget."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from django.db import OperationalError, connections, transaction
from psycopg.errors import QueryCanceled

from factcheck.tools.budget import current


def rows_within(
    sql: str,
    parameters: Sequence[Any] | Mapping[str, Any],
    seconds: float = math.inf,
    settings: Mapping[str, int] = MappingProxyType({}),
    using: str = "public",
) -> list[tuple[Any, ...]] | None:
    """Return the rows of a query, by default on the public record, or None if the budget ends, or after `seconds`.

    `settings` of the database apply only to this query.
    """
    seconds = min(seconds, current().left)
    if seconds < _SHORTEST:
        return None
    limits = [_limit(seconds)] if seconds < math.inf else []
    limits += [f"SET LOCAL {name} = {value}" for name, value in settings.items()]
    try:
        with connections[using].cursor() as cursor:
            # All statements are one message. The limits only apply to this query and don't cost a round trip.
            cursor.execute("; ".join([*limits, sql]), parameters)
            for _ in limits:
                cursor.nextset()
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


@contextmanager
def time_limit(seconds: float = math.inf) -> Iterator[None]:
    """Limit the total time of all statements on the public record inside the block. Raises TimeoutError.

    The block ends with the budget, or after `seconds` of the budget. Time between the statements doesn't count.
    """
    budget = current()
    end = budget.seconds + min(seconds, budget.left)

    def limited(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        left = end - budget.seconds
        if left < _SHORTEST:
            raise TimeoutError
        if left < math.inf:
            execute(_limit(left), None, False, context)
        return execute(sql, parameters, many, context)

    try:
        with transaction.atomic("public"), connections["public"].execute_wrapper(limited):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TimeoutError from error
        raise


_SHORTEST = 0.001  # PostgreSQL would interpret 0 milliseconds as no limit


def _limit(seconds: float) -> str:
    return f"SET LOCAL statement_timeout = {int(1000 * seconds)}"
