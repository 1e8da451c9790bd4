"""A page of a list: its rows, and the answer with the addresses of the pages around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from api.http import responses
from api.http.responses import log_head
from api.lists.as_of import Moment
from api.lists.cursors import Cursor
from api.lists.keyset import Position, ReadPart, Row, part_of, read_rows, walk
from api.lists.options import ListRequest
from factcheck.database.compiled_queries import Slot, compiled


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str | None
    previous: str | None


def read_page(asked: ListRequest, *sources: QuerySet[Any], columns: Sequence[str] = ("body",)) -> Page:
    """The columns of the rows of the page, in the list's order, and the addresses of the pages around it."""
    cursor, limit = asked.cursor, asked.page_size + 1
    if sources or not asked.compiles:
        found = read_rows(sources or [asked.rows], columns, asked.order, cursor.position, cursor.backward, limit)
    else:
        found = walk(_read_compiled(asked, columns), asked.order, cursor.position, cursor.backward, limit)
    return page_of(asked, found)


def page_of(asked: ListRequest, found: list[Row]) -> Page:
    """The page of rows that lie next to the cursor's position, nearest first, of which one more was asked for."""
    cursor, size = asked.cursor, asked.page_size
    more, found = len(found) > size, found[:size]
    if cursor.backward:
        found.reverse()
    if not found:
        # Everything on this side of the position has gone: the neighbour is the list's nearest end.
        beginning, end = Cursor(), Cursor(backward=True)
        if cursor.backward:
            return Page([], asked.link(beginning) if cursor.position else None, None)
        return Page([], None, asked.link(end) if cursor.position else None)
    first, last = (Position(row[0], row[1]) for row in (found[0], found[-1]))
    has_next = bool(cursor.position) if cursor.backward else more
    has_previous = more if cursor.backward else bool(cursor.position)
    return Page(
        [row[2:] for row in found],
        asked.link(Cursor(position=last)) if has_next else None,
        asked.link(Cursor(backward=True, position=first)) if has_previous else None,
    )


def _read_compiled(asked: ListRequest, columns: Sequence[str]) -> ReadPart:
    """From `options.rows`, with the log's head as it is for the same statement."""
    order, backward, options = asked.order, asked.cursor.backward, asked.options
    filters = tuple((each.name, len(values)) for each, values in asked.filtered)
    bound = [value for _, values in asked.filtered for value in values]

    def read(part: bool | None, position: Position | None, limit: int) -> list[Row]:
        at = position and Position(None if position.value is None else Slot(len(bound)), Slot(len(bound) + 1))

        def rows() -> QuerySet[Any]:
            assert options.rows, "this list hands its rows to read_page"
            slots = map(Slot, range(len(bound)))
            condition = reduce(and_, (each.select([*islice(slots, len(v))]) for each, v in asked.filtered), Q())
            found = part_of(options.rows(condition).annotate(log_head=log_head()), order, part, at, backward)
            return found.values_list(order.value, order.tie, "log_head", *columns)[:limit]

        shape = (id(options), order, filters, columns, part, at and at.value is None, backward, limit)
        values = [*bound, position.value, position.tie] if position else bound
        statement = compiled(shape, rows, planned_once=not filters)
        found = statement.run(values)
        if not hasattr(asked.request, "log_head"):
            if found:
                responses.head_is(asked.request, found[0][2])
            else:  # no row to bring it; what is shown may not be older than the head
                responses.remember_head(asked.request)
                found = statement.run(values)
        return [(*row[:2], *row[3:]) for row in found]

    return read


def list_of_bodies(
    request: HttpRequest, page: Page, moment: Moment | None = None, meta: dict[str, Any] | None = None
) -> HttpResponse:
    """A page whose only column is stored JSON, which is sent as it is."""
    return list_response(request, page, [orjson.Fragment(body) for (body,) in page.rows], moment, meta)


def list_response(
    request: HttpRequest,
    page: Page,
    results: list[Any],
    moment: Moment | None = None,
    meta: dict[str, Any] | None = None,
) -> HttpResponse:
    """The results with the addresses of the pages around them."""
    answer = {"results": results, "next": page.next, "previous": page.previous}
    content = orjson.dumps(answer if meta is None else {**answer, "meta": meta})
    response = responses.respond(request, content, headers=moment.headers if moment else None)
    responses.add_links(response, {"next": page.next, "prev": page.previous})
    return response
