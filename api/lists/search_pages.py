"""Pages of reviews and claims. Search results are sorted by relevance and have `meta`."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson

from api.http import responses
from api.http.problems import TooSlow
from api.lists.pages import read_page
from api.lists.requests import BY_RELEVANCE, ListRequest
from factcheck.database.query_timeout import time_limit
from factcheck.record.lists.counts import count
from factcheck.record.lists.dimensions import has_words
from factcheck.record.lists.pages import Page, Sql, page_of
from factcheck.record.matching.similar_rows import find_similar
from factcheck.record.readmodel.row_models import Status
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import Results, SearchModel
from factcheck.record.search.snippets import mark

TOO_SLOW = "Searching for these words in this order takes too long. Use rarer words, or leave out `sort`."

Meta = dict[str, Any]


def read_searched(list_request: ListRequest) -> tuple[Page, Meta | None]:
    """Return a page whose only column is the body. Also return `meta` for a search, or if extras were requested."""
    if list_request.searched is None:
        return read_page(list_request), {**_counts(list_request, None), **_left_out(list_request)} or None
    model = list_request.options.rows.model
    if list_request.order.value == BY_RELEVANCE.value:
        page, answer = _read_best(list_request, model)
    else:
        query = list_request.searched
        page = read_in_time(list_request, has_words(query))
        answer = Results([], tsquery=query.all_terms(), used=query)
    meta: Meta = {"relaxed": answer.relaxed, "complete": answer.complete}
    meta |= _found_by(answer, {body for (body,) in page.rows})
    meta |= _counts(list_request, answer.tsquery) | _left_out(list_request)
    if list_request.extras.highlight:
        bodies = [orjson.loads(body) for (body,) in page.rows]
        meta["highlights"] = {
            body["id"]: marked for body, marked in zip(bodies, mark(bodies, answer.used), strict=True) if marked
        }
    return page, meta


def _read_best(list_request: ListRequest, model: SearchModel) -> tuple[Page, Results]:
    position = list_request.cursor.position
    assert list_request.searched is not None
    responses.read_head()  # the results must not be older than the head
    search = Search(model, list_request.searched, list_request.condition, find_similar=find_similar)
    place = (position[0], UUID(position[1])) if position else None
    answer = search.page(list_request.page_size + 1, place, list_request.cursor.backward)
    hits = [(hit.score, hit.id, hit.body) for hit in answer.hits]
    return page_of(hits, list_request.cursor, list_request.page_size), answer


def _found_by(answer: Results, bodies: Collection[str]) -> Meta:
    """Return what found each result, unless all words found all results.

    Also return an explanation, if there is one.
    """
    meta: Meta = {"explanation": answer.explanation} if answer.explanation else {}
    if answer.relaxed or not all(hit.by_words for hit in answer.hits):
        words = "some words" if answer.relaxed else "words"
        shown = [hit for hit in answer.hits if hit.body in bodies]
        meta["found_by"] = {str(hit.id): words if hit.by_words else "meaning" for hit in shown}
    return meta


def read_in_time(list_request: ListRequest, condition: Sql | None = None) -> Page:
    """Return a page of rows that also meet the condition. With `q`, raise TooSlow if the query takes too long."""
    if "q" not in list_request.query:
        return read_page(list_request, condition=condition)
    responses.read_head()  # otherwise, a search without results would run twice
    try:
        with time_limit():
            return read_page(list_request, condition=condition)
    except TimeoutError as error:
        raise TooSlow(TOO_SLOW) from error


def _left_out(list_request: ListRequest) -> Meta:
    """Return which of the requested `ids` aren't in the list, and why. The words of `q` aren't looked at."""
    ids = next((found for each, found in list_request.filtered if each.name == "ids"), [])
    if not ids:
        return {}
    rows = list_request.options.rows
    listed = set(rows.filter(list_request.condition).values_list("pk", flat=True))
    if len(listed) == len(ids):
        return {}
    states = dict(rows.model._default_manager.using(rows.db).filter(pk__in=ids).values_list("pk", "status"))
    reasons = {Status.LIVE: "other filters", None: "unknown"}
    missing = [(pk, states.get(pk)) for pk in map(UUID, map(str, ids)) if pk not in listed]
    return {"ids_left_out": [{"id": str(pk), "reason": reasons.get(state, state)} for pk, state in missing]}


def _counts(list_request: ListRequest, wanted: str | None) -> Meta:
    extras = list_request.extras
    if not (extras.count or extras.facets):
        return {}
    rows = list_request.options.rows.filter(list_request.condition)
    counted = count(rows, wanted, [(name,) for name in extras.facets])
    meta: Meta = {}
    if extras.count:
        meta["count"] = {
            "value": counted.total if counted else None,
            "exact": bool(counted and counted.exact),
        }
    if extras.facets:
        meta["facets"] = {
            name: {
                "values": [
                    {"value": value, "count": number}
                    for (value,), number in (counted.groups[name,] if counted else [])
                    if value is not None
                ],
                "exact": bool(counted and counted.exact),
            }
            for name in extras.facets
        }
    return meta
