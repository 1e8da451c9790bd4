"""Pages of reviews and claims. Search results are sorted by relevance and have `meta`."""

from collections.abc import Collection
from uuid import UUID

from api.http import responses
from api.http.problems import TooSlow
from api.lists.meta import Facet, FacetValue, LeftOut, Meta, Total
from api.lists.pages import read_page
from api.lists.requests import BY_RELEVANCE, ListRequest
from factcheck.database.query_timeout import time_limit
from factcheck.record.lists.counts import count
from factcheck.record.lists.dimensions import has_words
from factcheck.record.lists.pages import Page, Sql, page_of
from factcheck.record.matching.candidates import find_similar
from factcheck.record.readmodel.bodies import Claim, Review
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.row_models import Status
from factcheck.record.search.lookup import with_stems
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import Results, SearchModel
from factcheck.record.search.snippets import mark
from factcheck.record.statements.output import read

TOO_SLOW = "Searching for these words in this order takes too long. Use rarer words, or leave out `sort`."


def read_searched(list_request: ListRequest) -> tuple[Page, Meta | None]:
    """Return a page whose only column is the body. Also return `meta` for a search, or if extras were requested."""
    if list_request.searched is None:
        page, meta = read_page(list_request), Meta(ids_left_out=_left_out(list_request))
        _count(list_request, None, meta)
        return page, meta if meta != Meta() else None
    model = list_request.options.rows.model
    if list_request.order.value == BY_RELEVANCE.value:
        page, answer = _read_best(list_request, model)
    else:
        query = list_request.searched
        page = read_in_time(list_request, has_words(query))
        answer = Results([], tsquery=with_stems(query.all_terms()), used=query)
    meta = Meta(
        relaxed=answer.relaxed,
        complete=answer.complete,
        ranked=None if answer.oldest is None else answer.candidates,
        explanation=answer.explanation or None,
        found_by=_found_by(answer, {body for (body,) in page.rows}),
        ids_left_out=_left_out(list_request),
    )
    _count(list_request, answer.tsquery, meta)
    if list_request.extras.highlight:
        kind: type[Review | Claim] = Review if model is PublishedReview else Claim
        bodies = [read(kind, body) for (body,) in page.rows]
        meta.highlights = {
            body.id: marked for body, marked in zip(bodies, mark(bodies, answer.used), strict=True) if marked
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


def _found_by(answer: Results, bodies: Collection[str]) -> dict[str, str] | None:
    """Return what found each result, unless all words found all results."""
    if not answer.relaxed and all(hit.by_words for hit in answer.hits):
        return None
    words = "some words" if answer.relaxed else "words"
    return {str(hit.id): words if hit.by_words else "meaning" for hit in answer.hits if hit.body in bodies}


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


def _left_out(list_request: ListRequest) -> list[LeftOut] | None:
    """Return which of the requested `ids` aren't in the list, and why. The words of `q` aren't looked at."""
    ids = next((found for each, found in list_request.filtered if each.name == "ids"), [])
    if not ids:
        return None
    rows = list_request.options.rows
    listed = set(rows.filter(list_request.condition).values_list("pk", flat=True))
    if len(listed) == len(ids):
        return None
    states = dict(rows.model._default_manager.using(rows.db).filter(pk__in=ids).values_list("pk", "status"))
    reasons = {Status.LIVE: "other filters", None: "unknown"}
    missing = [(pk, states.get(pk)) for pk in map(UUID, map(str, ids)) if pk not in listed]
    return [LeftOut(id=str(pk), reason=reasons.get(state) or str(state)) for pk, state in missing]


def _count(list_request: ListRequest, wanted: str | None, meta: Meta) -> None:
    """Add the number of rows and the facets that were asked for."""
    extras = list_request.extras
    if not (extras.count or extras.facets):
        return
    rows = list_request.options.rows.filter(list_request.condition)
    counted = count(rows, wanted, [(name,) for name in extras.facets])
    exact = bool(counted and counted.exact)
    if extras.count:
        meta.count = Total(value=counted.total if counted else None, exact=exact)
    if extras.facets:
        found = {name: counted.groups[name,] if counted else [] for name in extras.facets}
        values = {
            name: [FacetValue(value=str(value), count=number) for (value,), number in rows if value is not None]
            for name, rows in found.items()
        }
        meta.facets = {name: Facet(values=each, exact=exact) for name, each in values.items()}
