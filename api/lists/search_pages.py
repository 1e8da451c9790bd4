"""Pages of reviews and claims: in the order of relevance when words are searched for, with `meta` when asked for."""

import time
from typing import Any

import orjson
from django.db.models import QuerySet

from api.http.problems import ParameterProblem
from api.lists.as_of import as_published
from api.lists.options import BY_RELEVANCE, ListRequest
from api.lists.pages import Page, page_of, read_page
from factcheck.database.query_timeout import all_within
from factcheck.record.search.counts import count
from factcheck.record.search.ranking import SECONDS, Found, Search, Searched, has_words
from factcheck.record.search.snippets import mark
from factcheck.record.search.spelling import did_you_mean

LITTLE = 3  # of fewer results, all on one page, it is said what was probably meant
TOO_SLOW = "These words take too long to find in this order: use rarer words, or leave out `sort` if you gave it."

Meta = dict[str, Any]


def read_searched(asked: ListRequest, model: Searched, past: type[Any]) -> tuple[Page, Meta | None]:
    """A page, its only column the body, and `meta` if words are searched for or an extra was asked for."""
    deadline = time.monotonic() + SECONDS
    if asked.searched is None:
        found = as_published(model, past, asked.as_of) if asked.as_of else []
        page = read_page(asked, *(rows.live().filter(asked.condition) for rows in found))
        return page, _counts(asked, model, None, deadline) or None
    if asked.order.value == BY_RELEVANCE.value:
        page, answer = _read_best(asked, model)
    else:
        page, answer = _read_sorted(asked), Found([], wanted=asked.searched.all_terms())
    meta: Meta = {"relaxed": answer.relaxed, "complete": answer.whole, "did_you_mean": None}
    few = len(page.rows) < LITTLE and not (page.next or page.previous)  # of all, however long a page is
    if asked.words and (few or answer.relaxed):
        meta["did_you_mean"] = did_you_mean(model, asked.words, asked.condition, seconds=_left(deadline))
    meta |= _counts(asked, model, answer.wanted, deadline)
    if asked.extras.highlight:
        bodies = [orjson.loads(body) for (body,) in page.rows]
        meta["highlights"] = {
            body["id"]: marked for body, marked in zip(bodies, mark(bodies, asked.searched), strict=True) if marked
        }
    return page, meta


def _read_best(asked: ListRequest, model: Searched) -> tuple[Page, Found]:
    position = (asked.cursor.position.value, asked.cursor.position.tie) if asked.cursor.position else None
    assert asked.searched is not None
    answer = Search(model, asked.searched, asked.condition).page(asked.page_size + 1, position, asked.cursor.backward)
    return page_of(asked, [(hit.score, hit.id, hit.body) for hit in answer.hits]), answer


def _read_sorted(asked: ListRequest) -> Page:
    """All that has the words, in another order."""
    assert asked.searched is not None
    return read_in_time(asked, asked.rows.filter(has_words(asked.searched)))


def read_in_time(asked: ListRequest, rows: QuerySet[Any]) -> Page:
    """A page of rows that have words. Raises ParameterProblem when that takes too long."""
    try:
        with all_within(SECONDS):
            return read_page(asked, rows)
    except TimeoutError as error:
        raise ParameterProblem([("q", TOO_SLOW)]) from error


def _left(deadline: float) -> float:
    return max(0, deadline - time.monotonic())


def _counts(asked: ListRequest, model: Searched, wanted: str | None, deadline: float) -> Meta:
    extras = asked.extras
    if not (extras.count or extras.facets):
        return {}
    counted = count(model, asked.condition, wanted, extras.facets, _left(deadline))
    meta: Meta = {}
    if extras.count:
        meta["count"] = {"value": counted.total if counted else None, "exact": bool(counted and counted.exact)}
    if extras.facets:
        facets = counted.facets if counted else {}
        meta["facets"] = {
            name: {
                "values": [{"value": value, "count": number} for value, number in facets.get(name, [])],
                "exact": bool(counted and counted.exact),
            }
            for name in extras.facets
        }
    return meta
