"""The four tools. They use the filters, cursors and error messages of the API."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urlsplit

import orjson
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from api.assistants import shapes
from api.assistants.shapes import CorrectionPage, Matches, ReviewPage, WholeReview
from api.lists.requests import ListOptions, ListRequest, read_list_request
from api.lists.search_pages import read_in_time, read_searched
from api.views import match as matching
from api.views.corrections import CORRECTIONS
from api.views.reviews import REVIEWS, find_review
from factcheck.record.lists import values
from factcheck.record.models import PublishedReview, Status
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.bodies import kept_review
from factcheck.record.readmodel.revisions import notice_in
from factcheck.record.statements.output import construct, read
from factcheck.web.places import match_places, search_places

MAX_RESULTS, MAX_MATCHES = 10, 5
REVIEWS_OF_A_CLAIM = 3

_DIMENSIONS = {
    each.name: Field(description=f"{each.description} For example, {each.example}.") for each in REVIEWS.filters
}
Language = Annotated[str | None, _DIMENSIONS["language"]]
Publisher = Annotated[str | None, _DIMENSIONS["publisher"]]
Cursor = Annotated[
    str | None, Field(description="`next_cursor` from the previous page. Keep the other arguments the same.")
]
PageSize = Annotated[int, Field(ge=1, le=MAX_RESULTS, description="The maximum number of results.")]


def search_reviews(
    q: Annotated[
        str | None, Field(description='Words to search for. You can use "a phrase", `or` and -without.')
    ] = None,
    language: Language = None,
    verdict: Annotated[str | None, _DIMENSIONS["verdict"]] = None,
    publisher: Publisher = None,
    topic: Annotated[str | None, _DIMENSIONS["topic"]] = None,
    published_after: Annotated[str | None, _DIMENSIONS["published_after"]] = None,
    published_before: Annotated[str | None, _DIMENSIONS["published_before"]] = None,
    page_size: PageSize = 5,
    cursor: Cursor = None,
) -> ReviewPage:
    """Search published fact-checks by words and filters. With `q`, the best matches come first, otherwise the newest.

    To find out whether a statement has been checked, use `match_claim`.
    """
    list_request = _read_request(
        "api:reviews", REVIEWS, q=q, language=language, verdict=verdict, publisher=publisher, topic=topic,
        published_after=published_after, published_before=published_before, page_size=page_size, cursor=cursor,
    )  # fmt: skip
    with search_places.enter():
        page, meta = read_searched(list_request)
    found = [shapes.review(kept_review(body)) for (body,) in page.rows]
    return {
        "results": found,
        "relaxed": bool(meta and meta.relaxed),
        "found_by": (meta and meta.found_by) or {},
        "complete": meta is None or meta.complete is not False,
        "next_cursor": list_request.cursor_of(page.next),
    }


def match_claim(
    text: Annotated[
        str, Field(min_length=1, description="A sentence, a post in its original words, or a longer text.")
    ],
    limit: Annotated[int, Field(ge=1, le=MAX_MATCHES, description="The maximum number of claims.")] = 3,
) -> Matches:
    """Has this been checked already? Find published claims that say the same, best match first, with their reviews.

    `results` probably say the same. Most `candidates` are about something else.
    """
    with match_places.enter():
        found = orjson.loads(matching.answer(text, limit, []))
    return {
        "results": [_match(each) for each in found["results"]],
        "candidates": [_match(each) for each in found["candidates"]],
        "threshold": found["threshold"],
        "method": found["method"],
        "explanation": found["explanation"],
    }


def get_review(
    review: Annotated[str, Field(max_length=values.MAX_URL, description="The id of a review, or the URL of its page.")],
) -> WholeReview:
    """Get the current version of a review, with its text, all sources and its corrections."""
    try:
        found = values.read_uuid(urlsplit(review.strip()).path.rstrip("/").rpartition("/")[2])
        status, body = find_review(found)
    except (ValueError, Http404):
        raise ToolError(
            "There isn't a review with this id or URL. Use an id or URL from the result of another tool."
        ) from None
    if status == Status.ERASED:
        raise ToolError(f"This review has been erased. The public notice: {notice_in(body).text}")
    return shapes.whole_review(kept_review(body))


def list_corrections(
    change_class: Annotated[
        Literal["typo", "update", "substantive"] | None, Field(description="How significant the correction is.")
    ] = None,
    language: Language = None,
    publisher: Publisher = None,
    page_size: PageSize = 5,
    cursor: Cursor = None,
) -> CorrectionPage:
    """List corrections, updates and withdrawals of fact-checks, newest first, each with the current review."""
    list_request = _read_request(
        "api:corrections", CORRECTIONS, language=language, publisher=publisher, page_size=page_size, cursor=cursor,
        **{"class": change_class},
    )  # fmt: skip
    page = read_in_time(list_request)
    corrections = [read(bodies.CorrectionOfReview, body) for (body,) in page.rows]
    rows = PublishedReview.objects.using("public").exclude(status=Status.ERASED)
    rows = rows.filter(id__in=[each.review.id for each in corrections])
    now = {str(pk): kept_review(body) for pk, body in rows.values_list("pk", "body")}
    found = [shapes.correction(each, now[each.review.id]) for each in corrections if each.review.id in now]
    return {"results": found, "next_cursor": list_request.cursor_of(page.next)}


def _read_request(name: str, options: ListOptions, **arguments: str | int | None) -> ListRequest:
    """Return a list request with these arguments as parameters. Raise ParameterProblem for invalid arguments."""
    request = HttpRequest()
    request.method, request.path = "GET", reverse(name)
    request.GET = QueryDict(urlencode({key: value for key, value in arguments.items() if value is not None}))
    return read_list_request(request, options)


def _match(found: Mapping[str, Any]) -> shapes.Match:
    reviews = [shapes.review(construct(bodies.Review, each)) for each in found["reviews"][:REVIEWS_OF_A_CLAIM]]
    return {
        "claim": shapes.claim(construct(bodies.Claim, found["claim"])),
        "score": found["score"],
        "judged_by": found["judged_by"],
        "differs": found["matched"]["differs"],
        "reviews": reviews,
        "reviews_left_out": max(0, len(found["reviews"]) - REVIEWS_OF_A_CLAIM),
    }
