"""The pages of the API's lists, and their responses."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
from django.db import DataError, ProgrammingError
from django.http import HttpResponse

from api.http import responses
from api.http.problems import ParameterProblem
from api.lists.cursors import OTHER_LIST
from api.lists.meta import Meta, SearchedPage
from api.lists.parameters import pick
from api.lists.requests import ListRequest
from factcheck.database.rows import run_public
from factcheck.record.lists import pages
from factcheck.record.lists.pages import Page, Sql
from factcheck.record.models import PublishedClaim, PublishedReview
from factcheck.record.readmodel.bodies import Claim, Review
from factcheck.record.readmodel.comparable_verdicts import mapped_verdicts


def read_page(list_request: ListRequest, columns: Sequence[str] = ("body",), condition: Sql | None = None) -> Page:
    """Return these columns of the page's rows in the list's order. The rows also meet the condition."""
    source, conditions = list_request.options.source, [*list_request.conditions, *([condition] if condition else [])]
    walks = any(each.walks for each, _ in list_request.filtered)
    order, cursor, size = list_request.order, list_request.cursor, list_request.page_size
    # The best plan of a filter depends on how frequent its values are.
    run = partial(responses.fetch, run=run_public) if conditions else responses.fetch
    try:
        return pages.read_page(source, conditions, columns, order, cursor, size, run, walks=walks)
    except (DataError, ProgrammingError) as problem:
        if cursor.position is None:
            raise
        # The cursor's values don't fit the columns, because an earlier version sorted this list by other columns.
        raise ParameterProblem([("cursor", OTHER_LIST)]) from problem


_RATED: dict[Any, type[Review | Claim]] = {PublishedReview: Review, PublishedClaim: Claim}


def list_response(
    list_request: ListRequest, page: Page, results: list[Any] | None = None, meta: Meta | None = None
) -> HttpResponse:
    """Return the response with the results and the URLs of the adjacent pages.

    Without `results`, the page's only column is stored JSON. Without the parameter `fields`, the JSON is sent
    unchanged.
    """
    if results is None:
        model = _RATED.get(list_request.options.rows.model)
        if model and (mapped := mapped_verdicts((body for (body,) in page.rows), model)):
            meta = meta or Meta()
            meta.mapped_verdicts = mapped
        results = [pick(list_request.mask, body) for (body,) in page.rows]
    following, previous = map(list_request.link, (page.next, page.previous))
    answer = SearchedPage.model_construct(results=[], next=following, previous=previous, meta=meta)
    # Pydantic would take as long for the results as the query.
    content = orjson.dumps({"results": results, **answer.model_dump(exclude={"results"})})
    response = responses.respond(content)
    responses.add_links(response, {"next": following, "prev": previous})
    return response
