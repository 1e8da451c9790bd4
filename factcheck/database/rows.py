"""Rows of statements on the public record."""

from collections.abc import Sequence
from typing import Any

from django.db import connections


def run_public(sql: str, parameters: Sequence[Any] = (), alias: str = "public") -> list[Any]:
    """Run a statement that the server plans for its parameters, for example for the values of a filter."""
    with connections[alias].cursor() as cursor:
        return _rows(cursor, sql, parameters)


def run_prepared(sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """Run a statement that is sent often. One plan must be good for all parameters, because the server keeps it."""
    return _rows(connections["public"].prepared_cursor(), sql, parameters)  # type: ignore[attr-defined] # our backend's


def _rows(cursor: Any, sql: str, parameters: Sequence[Any]) -> list[Any]:
    cursor.execute(sql, parameters)
    return list(cursor.fetchall())
