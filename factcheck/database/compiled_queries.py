"""Queries that Django compiles once and runs with different values.

Django takes longer to compile a list's query than PostgreSQL takes to run it. Lists use few combinations of filters, so
each combination is compiled once, with a `Slot` for every value that comes from a request.
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
    """A placeholder for the value at `index`, or for the result of applying `change` to the value."""

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
        """Compile the query for these rows. Values from a single request must be in slots."""
        sql, parameters = rows.query.get_compiler(using=rows.db).as_sql()
        # Fixed values are written into the SQL, because a generic plan can't use a partial index.
        written = ("%s" if isinstance(each, Slot) else _literal(rows.db, each) for each in parameters)
        slots = tuple(each for each in parameters if isinstance(each, Slot))
        return cls(rows.db, sql.replace("%%", "%%%%") % tuple(written), slots, planned_once)

    def run(self, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows as PostgreSQL sends them, without Django's field converters."""
        connection = connections[self.alias]
        with connection.planning_cursor() if self.planned_once else connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(self.sql, [slot.value(values) for slot in self.slots])
            found: list[Row] = cursor.fetchall()
            return found


_compiled: dict[Hashable, Statement] = {}


def compiled(shape: Hashable, rows: Callable[[], QuerySet[Any]], planned_once: bool = False) -> Statement:
    """Return the statement for this shape. `rows` is only called the first time, for its query.

    If `planned_once` is true, the best plan doesn't depend on the values, so PostgreSQL keeps it for the connection.
    """
    found = _compiled.get(shape)
    if found is None:
        if len(_compiled) >= MOST:  # a client is trying all combinations
            _compiled.clear()
        found = _compiled[shape] = Statement.of(rows(), planned_once)
    return found


def _literal(alias: str, value: Any) -> str:
    text: str = connections[alias].ops.compose_sql("%s", [value])  # type: ignore[attr-defined]
    return text.replace("%", "%%")
