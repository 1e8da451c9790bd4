"""Queries that Django compiles once, to be run again and again with other values.

Putting a list's query together takes Django longer than PostgreSQL takes to answer it. Lists are asked with few
combinations of filters, so each is compiled with a `Slot` wherever a request's own value goes.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Expression, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

from factcheck.record.models import LogEntry

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
    parameters: tuple[Any, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "Statement":
        """The query of these rows. Nothing in it may be of one request alone, other than in a slot."""
        sql, parameters = rows.query.get_compiler(using=rows.db).as_sql()
        return cls(rows.db, sql, tuple(parameters))

    def run(self, values: Sequence[Any] = ()) -> list[Row]:
        """The rows as PostgreSQL gives them: Django's converters of fields are passed by."""
        parameters = [each.value(values) if isinstance(each, Slot) else each for each in self.parameters]
        with connections[self.alias].cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found: list[Row] = cursor.fetchall()
            return found


_compiled: dict[Hashable, Statement] = {}


def compiled(shape: Hashable, rows: Callable[[], QuerySet[Any]]) -> Statement:
    """The statement of this shape; `rows` is asked for its query the first time."""
    found = _compiled.get(shape)
    if found is None:
        if len(_compiled) >= MOST:  # somebody tries all combinations
            _compiled.clear()
        found = _compiled[shape] = Statement.of(rows())
    return found


def log_head() -> Subquery:
    """The sequence of the newest log entry, read by the very statement that reads the rows."""
    return Subquery(LogEntry.objects.using("public").order_by("-sequence").values("sequence")[:1])
