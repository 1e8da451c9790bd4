"""Estimates how often a value occurs in an array column, from PostgreSQL's statistics.

For arrays, the statistics list only the most common members. For any other member, the planner expects one row in two
hundred. It then walks along the index of the list's sort order. For a rare value, this walk reads the whole index.
"""

from collections.abc import Callable
from typing import Any

from django.db import connections, models

Few = Callable[[list[Any]], bool]

_NAMED = """
    SELECT EXISTS (
        SELECT FROM pg_stats
        WHERE schemaname = current_schema AND tablename = %s AND attname = %s
        AND most_common_elems::text::text[] && %s::text[]
    )
"""


def always(values: list[Any]) -> bool:
    return True


def never(values: list[Any]) -> bool:
    return False


def unless_common(model: type[models.Model], column: str) -> Few:
    """Return a function that is true if no value is a common member, or before the first ANALYZE."""

    def few(values: list[Any]) -> bool:
        with connections["public"].cursor() as cursor:
            cursor.execute(_NAMED, [model._meta.db_table, column, values])
            (named,) = cursor.fetchone()
            return not named

    return few
