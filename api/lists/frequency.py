"""How often a value stands in an array column, as far as PostgreSQL's statistics know.

Of arrays they name the most common members and nothing else; for any other the planner takes one row in two hundred.
It then walks along a list's order to find a page of them, through the whole index for a value that hardly any row has.
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
    """Whether none of the values is a common member of the array column; true as well of a table never analysed."""

    def few(values: list[Any]) -> bool:
        with connections["public"].cursor() as cursor:
            cursor.execute(_NAMED, [model._meta.db_table, column, values])
            (named,) = cursor.fetchone()
            return not named

    return few
