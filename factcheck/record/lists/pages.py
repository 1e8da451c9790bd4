"""A page of a list: its order, the SQL for its rows, and the places of the adjacent pages.

A page begins at a position instead of a number, so that new or removed rows don't shift other pages. A position is the
pair (value, tie) of the row next to the page.

Rows without a value always come last and are read with a separate query. Each condition can therefore use an index:
`(value, tie) < (…, …)`, or `value IS NULL AND tie < …`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from factcheck.database.rows import run_public

Sql = tuple[str, list[Any]]  # a condition or query with a placeholder %s for each parameter, and the parameters
Position = tuple[Any, Any]  # value and tie
Row = tuple[Any, ...]  # value, tie, and the selected columns
Run = Callable[[str, Sequence[Any]], list[Row]]

# The rows at the beginning of a page that are compared with a filter on an array column. If too few of them match, all
# matching rows are found by the filter's own index and then sorted. PostgreSQL can't choose, because it overestimates
# the frequency of rare members, and would walk along the order's whole index to find one row.
WALK = 5_000


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order. `value` is a column. `tie` is unique among rows with the same value."""

    value: str
    descending: bool = False
    nullable: bool = False
    tie: str = "id"

    def clause(self, descending: bool) -> str:
        direction = "DESC" if descending else "ASC"
        # Either all rows of a query have a value or none has, so the position of nulls doesn't matter. It matches the
        # indexes (DESC NULLS LAST), which PostgreSQL can read in either direction.
        nulls = f" NULLS {'LAST' if descending else 'FIRST'}" if self.nullable else ""
        return f"{self.value} {direction}{nulls}, {self.tie} {direction}"

    def sorted_clause(self, descending: bool) -> str:
        """Return the same order in a form for which PostgreSQL can't use an index."""
        return f"ROW({self.value}, {self.tie}) {'DESC' if descending else 'ASC'}"


def both_ways(*names: str, nullable: Collection[str] = ()) -> dict[str, Order]:
    """Return the descending and ascending orders for each of these columns."""
    signed = [(sign, name) for name in names for sign in ("-", "")]
    return {sign + name: Order(name, descending=bool(sign), nullable=name in nullable) for sign, name in signed}


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list. Without a `position`, the place is the list's start or, if `backward` is true, its end."""

    backward: bool = False
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The selected columns of a page's rows in the list's order, and the places of the adjacent pages."""

    rows: list[Row]
    next: Cursor | None = None
    previous: Cursor | None = None


def join(operator: str, conditions: Sequence[Sql]) -> Sql:
    return operator.join(f"({sql})" for sql, _ in conditions), [each for _, found in conditions for each in found]


@dataclass(frozen=True, slots=True)
class Source:
    """The SQL that reads all rows of a list. Conditions can name their columns with or without the table's name."""

    sql: str
    table: str

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "Source":
        """Return the source of these rows. Values are written into the SQL, so that partial indexes can be used."""
        sql, parameters = rows.query.get_compiler(using=rows.db, elide_empty=False).as_sql()
        written: str = connections[rows.db].ops.compose_sql(sql, parameters)  # type: ignore[attr-defined]
        return cls(written.replace("%", "%%"), rows.model._meta.db_table)


def as_q(conditions: Sequence[Sql]) -> Q:
    """Return the conditions for Django's queries of one table."""
    sql, parameters = join(" AND ", conditions)
    return Q(RawSQL(sql, parameters, BooleanField())) if sql else Q()  # noqa: S611 (our own SQL, with parameters)


def condition_of(rows: QuerySet[Any]) -> Sql:
    """Return the condition of this query of one table."""
    try:
        sql, parameters = rows.query.get_compiler(rows.db).compile(rows.query.where)
    except EmptyResultSet:
        return "false", []
    except FullResultSet:
        return "true", []
    return sql or "true", [*parameters]


def read_page(
    source: Source,
    conditions: Sequence[Sql],
    columns: Sequence[str],
    order: Order,
    cursor: Cursor,
    size: int,
    run: Run = run_public,
    *,
    walks: bool = False,
) -> Page:
    """Return the page of up to `size` rows at the cursor that meet all conditions. For `walks`, see WALK."""
    rows = read_rows(source, conditions, columns, order, cursor, size + 1, run, walks=walks)
    return page_of(rows, cursor, size)


def read_rows(
    source: Source,
    conditions: Sequence[Sql],
    columns: Sequence[str],
    order: Order,
    cursor: Cursor,
    limit: int,
    run: Run = run_public,
    *,
    walks: bool = False,
) -> list[Row]:
    """Return up to `limit` rows next to the cursor that meet all conditions, nearest first."""
    position, found = cursor.position, list[Row]()
    descending = order.descending != cursor.backward
    selected = f"SELECT {', '.join([order.value, order.tie, *columns])} FROM"
    rows_of = f"({source.sql}) AS {source.table}"
    # The rows of a nullable column have two parts: rows with a value (False) and rows without a value (True).
    parts = [cursor.backward, not cursor.backward] if order.nullable else [None]
    if order.nullable and position and (position[0] is None) == parts[1]:
        parts = parts[1:]
    for part in parts:
        inside = position if position and part in (None, position[0] is None) else None
        beyond = _beyond(order, part, inside, descending)
        (near, near_values), (where, values) = join(" AND ", beyond), join(" AND ", [*conditions, *beyond])
        by_index, left = order.clause(descending), limit - len(found)
        rows: list[Row] = []
        if walks:
            nearest = f"SELECT * FROM {rows_of} WHERE {near or 'true'} ORDER BY {by_index} LIMIT {WALK}"  # noqa: S608
            sql = f"{selected} ({nearest}) AS {source.table} WHERE {where} ORDER BY {by_index} LIMIT {left}"
            rows = run(sql, [*near_values, *values])
        if len(rows) < left:
            by = order.sorted_clause(descending) if walks else by_index
            rows = run(f"{selected} {rows_of} WHERE {where or 'true'} ORDER BY {by} LIMIT {left}", values)
        found += rows
        if len(found) == limit:
            break
    return found


def page_of(found: Sequence[Row], cursor: Cursor, size: int) -> Page:
    """Make a page from the rows next to the cursor, nearest first. `found` may contain one extra row."""
    more, rows = len(found) > size, list(found[:size])
    if cursor.backward:
        rows.reverse()
    if not rows:
        # This side of the position no longer contains any rows, so the adjacent page is at the nearest end of the list.
        end = Cursor(backward=not cursor.backward) if cursor.position else None
        return Page([], next=end) if cursor.backward else Page([], previous=end)
    first, last = ((row[0], row[1]) for row in (rows[0], rows[-1]))
    has_next = bool(cursor.position) if cursor.backward else more
    has_previous = more if cursor.backward else bool(cursor.position)
    return Page(
        [row[2:] for row in rows],
        Cursor(position=last) if has_next else None,
        Cursor(backward=True, position=first) if has_previous else None,
    )


def _beyond(order: Order, part: bool | None, position: Position | None, descending: bool) -> list[Sql]:
    """Return the conditions for the rows of a part that are beyond the position."""
    found: list[Sql] = [] if part is None else [(f"{order.value} IS {'' if part else 'NOT '}NULL", [])]
    sign = "<" if descending else ">"
    if position and position[0] is None:
        found.append((f"{order.tie} {sign} %s", [position[1]]))
    elif position:
        found.append((f"({order.value}, {order.tie}) {sign} (%s, %s)", [*position]))
    return found
