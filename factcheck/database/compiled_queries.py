"""Queries that Django compiles once, to be run again and again with other values.

Putting a list's query together takes Django longer than PostgreSQL takes to answer it. Lists are asked with few
combinations of filters, so each is compiled with a `Slot` wherever a request's own value goes.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
MOST = 1000


class Slot(Expression):
    """Stands in a query for the value at `index`, or for what `change` makes of it."""

    def __init__(self, index: int, change: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.index, self.change = index, change

    def changed(self, change: Callable[[Any], Any]) -> "Slot":
        return Slot(self.index, change)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def value(self, values: Sequence[Any]) -> Any:
        return self.change(values[self.index]) if self.change else values[self.index]


@dataclass(frozen=True, slots=True)
class Statement:
    alias: str
    sql: str
    slots: tuple[Slot, ...]
    planned_once: bool

    @classmethod
    def of(cls, rows: QuerySet[Any], planned_once: bool) -> "Statement":
        """The query of these rows. Nothing in it may be of one request alone, other than in a slot."""
        sql, parameters = rows.query.get_compiler(using=rows.db).as_sql()
        # What is the same for all requests is written out: a plan for any value has no use for an index of some rows.
        written = ("%s" if isinstance(each, Slot) else _literal(rows.db, each) for each in parameters)
        slots = tuple(each for each in parameters if isinstance(each, Slot))
        return cls(rows.db, sql.replace("%%", "%%%%") % tuple(written), slots, planned_once)

    def run(self, values: Sequence[Any] = ()) -> list[Row]:
        """The rows as PostgreSQL gives them: Django's converters of fields are passed by."""
        connection = connections[self.alias]
        with connection.planning_cursor() if self.planned_once else connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(self.sql, [slot.value(values) for slot in self.slots])
            found: list[Row] = cursor.fetchall()
            return found


_compiled: dict[Hashable, Statement] = {}


def _literal(alias: str, value: Any) -> str:
    text: str = connections[alias].ops.compose_sql("%s", [value])  # type: ignore[attr-defined]
    return text.replace("%", "%%")


def compiled(shape: Hashable, rows: Callable[[], QuerySet[Any]], planned_once: bool = False) -> Statement:
    """The statement of this shape; `rows` is asked for its query the first time.

    `planned_once`: the best plan is the same whatever the values, and PostgreSQL keeps it for the connection.
    """
    found = _compiled.get(shape)
    if found is None:
        if len(_compiled) >= MOST:  # somebody tries all combinations
            _compiled.clear()
        found = _compiled[shape] = Statement.of(rows(), planned_once)
    return found
