"""Pages by position instead of by number, so that new or removed rows don't shift other pages.

A position is the pair (value, tie) of the row next to the page. Rows without a value always come last and are read with
a separate query. Each condition can therefore use an index: `(value, tie) < (…, …)`, or `value IS NULL AND tie < …`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import BooleanField, Expression, F, Field, Func, Q, QuerySet, Value

Row = tuple[Any, ...]  # value, tie, and the selected columns


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order. `value` is a column or an annotation. `tie` is unique among rows with the same value.

    Without `from_index`, rows are found by the filters and then sorted. This is better for rare members of an array
    column. PostgreSQL overestimates the frequency of such members, and would walk along the order's whole index to find
    one row.
    """

    value: str
    descending: bool = False
    nullable: bool = False
    tie: str = "id"
    from_index: bool = True

    def clauses(self, descending: bool) -> list[Any]:
        if not self.from_index:
            pair = Func(F(self.value), F(self.tie), function="ROW", output_field=BooleanField())
            return [pair.desc() if descending else pair.asc()]
        tie = F(self.tie).desc() if descending else F(self.tie).asc()
        if not self.nullable:
            return [F(self.value).desc() if descending else F(self.value).asc(), tie]
        # Either all these rows have a value or none has, so the position of nulls doesn't matter. The clauses match the
        # indexes (DESC NULLS LAST), which PostgreSQL can read in either direction.
        if descending:
            return [F(self.value).desc(nulls_last=True), tie]
        return [F(self.value).asc(nulls_first=True), tie]


def both_ways(*names: str, nullable: Collection[str] = ()) -> dict[str, Order]:
    """Return the descending and ascending orders for each of these columns."""
    signed = [(sign, name) for name in names for sign in ("-", "")]
    return {sign + name: Order(name, descending=bool(sign), nullable=name in nullable) for sign, name in signed}


@dataclass(frozen=True, slots=True)
class Position:
    value: Any
    tie: Any


ReadPart = Callable[[bool | None, Position | None, int], list[Row]]


def read_rows(
    sources: Sequence[QuerySet[Any]],
    columns: Sequence[str],
    order: Order,
    position: Position | None,
    backward: bool,
    limit: int,
) -> list[Row]:
    """Return up to `limit` rows after the position, or before the position if `backward` is true, nearest first.

    Several sources are read as one list. The sources don't share rows, but a row can move to the other source during
    the read. Such a row is found twice but returned once.
    """

    def read(part: bool | None, at: Position | None, limit: int) -> list[Row]:
        chosen = (part_of(rows, order, part, at, backward) for rows in sources)
        some = [row for rows in chosen for row in rows.values_list(order.value, order.tie, *columns)[:limit]]
        if len(sources) > 1:
            some.sort(key=lambda row: row[1] if part else row[:2], reverse=order.descending != backward)
            some = [row for before, row in pairwise([(), *some]) if row[:2] != before[:2]]
        return some[:limit]

    return walk(read, order, position, backward, limit)


def walk(
    read: ReadPart,
    order: Order,
    position: Position | None,
    backward: bool,
    limit: int,
) -> list[Row]:
    """Does the same as `read_rows`, but with any function that reads a part of the list.

    `read` receives the part (see `part_of`), the position to start at, and the number of rows to read.
    """
    parts: list[bool | None] = [None]
    if order.nullable:
        parts = [True, False] if backward else [False, True]
        if position and (position.value is None) == parts[1]:
            parts = parts[1:]
    found: list[Row] = []
    for part in parts:
        inside = position and (part is None or part == (position.value is None))
        found += read(part, position if inside else None, limit - len(found))
        if len(found) == limit:
            break
    return found


def part_of(
    rows: QuerySet[Any],
    order: Order,
    part: bool | None,
    position: Position | None,
    backward: bool,
) -> QuerySet[Any]:
    """Return the rows beyond the position, nearest first. `part` selects rows without (True) or with a value."""
    descending = order.descending != backward
    if part is not None:
        rows = rows.filter(**{f"{order.value}__isnull": part})
    if position:
        rows = rows.filter(_beyond(rows, order, position, descending))
    return rows.order_by(*order.clauses(descending))


def _beyond(rows: QuerySet[Any], order: Order, position: Position, descending: bool) -> Q | Func:
    if position.value is None:
        return Q(**{f"{order.tie}__{'lt' if descending else 'gt'}": position.tie})
    mine = Func(F(order.value), F(order.tie), function="ROW")
    theirs = Func(_literal(rows, order.value, position.value), _literal(rows, order.tie, position.tie), function="ROW")
    return Func(
        mine,
        theirs,
        template="(%(expressions)s)",
        arg_joiner=" < " if descending else " > ",
        output_field=BooleanField(),
    )


def _literal(rows: QuerySet[Any], name: str, value: Any) -> Expression:
    return value if isinstance(value, Expression) else Value(value, _field_of(rows, name))


def _field_of(rows: QuerySet[Any], name: str) -> Field[Any, Any]:
    annotation: Expression | None = rows.query.annotations.get(name)
    return annotation.output_field if annotation is not None else rows.model._meta.get_field(name)
