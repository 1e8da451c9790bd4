"""A page of a list: the SQL for its rows, the cursors for the adjacent pages, and the response.

Rows without a value always come last and are read with a separate query. Each condition can therefore use an index:
`(value, tie) < (…, …)`, or `value IS NULL AND tie < …`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from django.http import HttpResponse

from api.http import responses
from api.lists.cursors import Cursor, Order, Position
from api.lists.filters import Sql, join
from api.lists.parameters import pick
from api.lists.requests import ListRequest

Row = tuple[Any, ...]  # value, tie, and the selected columns
Run = Callable[[str, Sequence[Any]], list[Row]]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str | None
    previous: str | None


def read_page(
    list_request: ListRequest, columns: Sequence[str] = ("body",), condition: Sql | None = None, run: Run | None = None
) -> Page:
    """Return these columns of the page's rows in the list's order, with the URLs of the adjacent pages.

    The rows also meet the condition.
    """
    source, conditions = list_request.options.source, [*list_request.conditions, *([condition] if condition else [])]
    cursor, limit = list_request.cursor, list_request.page_size + 1
    run = run or partial(responses.fetch, planned_once=not source[1] and not conditions)
    return page_of(list_request, read_rows(source, conditions, columns, list_request.order, cursor, limit, run))


def read_rows(
    source: Sql,
    conditions: Sequence[Sql],
    columns: Sequence[str],
    order: Order,
    cursor: Cursor,
    limit: int,
    run: Run = responses.run,
) -> list[Row]:
    """Return up to `limit` rows next to the cursor that meet all conditions, nearest first."""
    position, found = cursor.position, list[Row]()
    descending = order.descending != cursor.backward
    selected = f"SELECT {', '.join([order.value, order.tie, *columns])} FROM ({source[0]}) AS rows"  # noqa: S608
    # The rows of a nullable column have two parts: rows with a value (False) and rows without a value (True).
    parts = [cursor.backward, not cursor.backward] if order.nullable else [None]
    if order.nullable and position and (position[0] is None) == parts[1]:
        parts = parts[1:]
    for part in parts:
        inside = position if position and part in (None, position[0] is None) else None
        where, parameters = join(" AND ", [*conditions, *_beyond(order, part, inside, descending)])
        sql = f"{selected} WHERE {where or 'true'} ORDER BY {order.clause(descending)} LIMIT {limit - len(found)}"
        found += run(sql, [*source[1], *parameters])
        if len(found) == limit:
            break
    return found


def _beyond(order: Order, part: bool | None, position: Position | None, descending: bool) -> list[Sql]:
    """Return the conditions for the rows of a part that are beyond the position."""
    found: list[Sql] = [] if part is None else [(f"{order.value} IS {'' if part else 'NOT '}NULL", [])]
    sign = "<" if descending else ">"
    if position and position[0] is None:
        found.append((f"{order.tie} {sign} %s", [position[1]]))
    elif position:
        found.append((f"({order.value}, {order.tie}) {sign} (%s, %s)", [*position]))
    return found


def page_of(list_request: ListRequest, found: list[Row]) -> Page:
    """Return a page with the rows next to the cursor's position, nearest first.

    One row more than the page's size shows that there is another page.
    """
    cursor, size = list_request.cursor, list_request.page_size
    more, found = len(found) > size, found[:size]
    if cursor.backward:
        found.reverse()
    if not found:
        # This side of the position no longer contains any rows, so the adjacent page is at the nearest end of the list.
        link = list_request.link(Cursor(backward=not cursor.backward)) if cursor.position else None
        return Page([], link, None) if cursor.backward else Page([], None, link)
    first, last = ((row[0], row[1]) for row in (found[0], found[-1]))
    has_next = bool(cursor.position) if cursor.backward else more
    has_previous = more if cursor.backward else bool(cursor.position)
    return Page(
        [row[2:] for row in found],
        list_request.link(Cursor(position=last)) if has_next else None,
        list_request.link(Cursor(backward=True, position=first)) if has_previous else None,
    )


def list_response(
    list_request: ListRequest, page: Page, results: list[Any] | None = None, meta: dict[str, Any] | None = None
) -> HttpResponse:
    """Return the response with the results and the URLs of the adjacent pages.

    Without `results`, the page's only column is stored JSON. Without the parameter `fields`, the JSON is sent
    unchanged.
    """
    if results is None:
        results = [pick(list_request.mask, body) for (body,) in page.rows]
    answer = {"results": results, "next": page.next, "previous": page.previous}
    content = orjson.dumps(answer if meta is None else {**answer, "meta": meta})
    response = responses.respond(content)
    responses.add_links(response, {"next": page.next, "prev": page.previous})
    return response
