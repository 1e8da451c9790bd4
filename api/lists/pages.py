"""A page of a list: its rows, and the response with links to the next and previous pages."""

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
from api.lists.as_of import AsOf
from api.lists.cursors import Cursor
from api.lists.keyset import Position, ReadPart, Row, part_of, read_rows, walk
from api.lists.options import ListRequest
from api.lists.sparse_fields import pick
from factcheck.database.compiled_queries import Slot, compiled


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str | None
    previous: str | None


def read_page(list_request: ListRequest, *sources: QuerySet[Any], columns: Sequence[str] = ("body",)) -> Page:
    """Return these columns of the page's rows in the list's order, with the URLs of the adjacent pages."""
    cursor, limit = list_request.cursor, list_request.page_size + 1
    if sources or not list_request.compiles:
        found = read_rows(
            sources or [list_request.rows], columns, list_request.order, cursor.position, cursor.backward, limit
        )
    else:
        found = walk(_read_compiled(list_request, columns), list_request.order, cursor.position, cursor.backward, limit)
    return page_of(list_request, found)


def page_of(list_request: ListRequest, found: list[Row]) -> Page:
    """Make a page from the rows next to the cursor's position, nearest first. `found` may contain one extra row."""
    cursor, size = list_request.cursor, list_request.page_size
    more, found = len(found) > size, found[:size]
    if cursor.backward:
        found.reverse()
    if not found:
        # This side of the position no longer contains any rows, so the adjacent page is at the nearest end of the list.
        beginning, end = Cursor(), Cursor(backward=True)
        if cursor.backward:
            return Page([], list_request.link(beginning) if cursor.position else None, None)
        return Page([], None, list_request.link(end) if cursor.position else None)
    first, last = (Position(row[0], row[1]) for row in (found[0], found[-1]))
    has_next = bool(cursor.position) if cursor.backward else more
    has_previous = more if cursor.backward else bool(cursor.position)
    return Page(
        [row[2:] for row in found],
        list_request.link(Cursor(position=last)) if has_next else None,
        list_request.link(Cursor(backward=True, position=first)) if has_previous else None,
    )


def _read_compiled(list_request: ListRequest, columns: Sequence[str]) -> ReadPart:
    """Return a function that reads from `options.rows`, and the log's head in the same statement."""
    order, backward, options = list_request.order, list_request.cursor.backward, list_request.options
    filters = tuple((each.name, len(values)) for each, values in list_request.filtered)
    bound = [value for _, values in list_request.filtered for value in values]

    def read(part: bool | None, position: Position | None, limit: int) -> list[Row]:
        at = position and Position(None if position.value is None else Slot(len(bound)), Slot(len(bound) + 1))

        def rows() -> QuerySet[Any]:
            assert options.rows, "this list passes its rows to read_page"
            slots = map(Slot, range(len(bound)))
            condition = reduce(and_, (each.select([*islice(slots, len(v))]) for each, v in list_request.filtered), Q())
            found = part_of(options.rows(condition).annotate(log_head=log_head()), order, part, at, backward)
            return found.values_list(order.value, order.tie, "log_head", *columns)[:limit]

        shape = (id(options), order, filters, columns, part, at and at.value is None, backward, limit)
        values = [*bound, position.value, position.tie] if position else bound
        statement = compiled(shape, rows, planned_once=not filters)
        found = statement.run(values)
        if not hasattr(list_request.request, "log_head"):
            if found:
                responses.set_head(list_request.request, found[0][2])
            else:  # No row contains the head, so the head is read first. The page must not be older than the head.
                responses.read_head(list_request.request)
                found = statement.run(values)
        return [(*row[:2], *row[3:]) for row in found]

    return read


def list_of_bodies(list_request: ListRequest, page: Page, meta: dict[str, Any] | None = None) -> HttpResponse:
    """Return the response for a page whose only column is stored JSON, which is sent unchanged without `fields`."""
    results = [pick(list_request.mask, body) for (body,) in page.rows]
    return list_response(list_request.request, page, results, list_request.as_of, meta)


def list_response(
    request: HttpRequest,
    page: Page,
    results: list[Any],
    as_of: AsOf | None = None,
    meta: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return the response with the results and the URLs of the adjacent pages."""
    answer = {"results": results, "next": page.next, "previous": page.previous}
    content = orjson.dumps(answer if meta is None else {**answer, "meta": meta})
    response = responses.respond(request, content, headers=as_of.headers if as_of else None)
    responses.add_links(response, {"next": page.next, "prev": page.previous})
    return response
