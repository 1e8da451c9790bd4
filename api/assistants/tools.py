"""The four tools. They use the filters, cursors and error messages of the API."""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from api.assistants import shapes
from api.assistants.shapes import CorrectionPage, ReviewPage, WholeReview
from api.lists.requests import ListOptions, ListRequest, read_list_request
from api.lists.search_pages import read_in_time, read_searched
from api.schema.match_answers import BriefMatching, View
from api.views import match as matching
from api.views.corrections import CORRECTIONS
from api.views.reviews import REVIEWS, find_review
from factcheck.record.lists import values
from factcheck.record.models import PublishedReview, Status
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.bodies import kept_review
from factcheck.record.readmodel.comparable_verdicts import compare
from factcheck.record.readmodel.revisions import notice_in
from factcheck.record.statements.output import read
from factcheck.web.places import match_places, search_places

PAGE_SIZE, MAX_RESULTS, MAX_MATCHES = 5, 10, 5

Tool = TypeVar("Tool", bound=Callable[..., Any])


def _list_tool(options: ListOptions) -> Callable[[Tool], Tool]:
    """Return a decorator that gives a tool the filters of a list as arguments, described as in the API."""
    texts = {
        **{each.name: f"{each.description} For example, {each.example}." for each in options.filters},
        "cursor": "`next_cursor` from the previous page. Keep the other arguments the same.",
    }
    kinds: dict[str, Any] = {
        name: Annotated[str | None, Field(alias=name, description=text)] for name, text in texts.items()
    }
    size = f"The maximum number of results. {PAGE_SIZE} if absent."
    kinds["page_size"] = Annotated[int | None, Field(alias="page_size", ge=1, le=MAX_RESULTS, description=size)]
    # A name such as `class` can't be in a signature, but it can be an alias.
    parameters = [
        Parameter(f"{name}_", Parameter.KEYWORD_ONLY, default=None, annotation=kind) for name, kind in kinds.items()
    ]

    def decorate(tool: Tool) -> Tool:
        tool.__signature__ = signature(tool).replace(parameters=parameters)  # type: ignore[attr-defined]
        return tool

    return decorate


@_list_tool(REVIEWS)
def search_reviews(**arguments: str | int | None) -> ReviewPage:
    """Search published fact-checks by words and filters. With `q`, the best matches come first, otherwise the newest.

    To find out whether a statement has been checked, use `match_claim`.
    """
    list_request = _read_request("api:reviews", REVIEWS, arguments)
    with search_places.enter():
        page, meta = read_searched(list_request)
    found = [shapes.review(each) for each in compare([kept_review(body) for (body,) in page.rows])]
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
    posted: Annotated[
        str | None, Field(description="The date of the post, for example 2026-11-05. The text can also end with it.")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=MAX_MATCHES, description="The maximum number of claims.")] = 3,
) -> BriefMatching:
    """Has this been checked already? Find published claims that say the same, best match first, with their reviews.

    Claims in `results` say the same, so their verdicts answer the text. Claims in `related` are about the same thing,
    but say something else, or it can't be told. Never give their verdicts as an answer: `matched.asked` and
    `matched.checked` show the words that differ. Most `candidates` are about something else. A program put the claims
    in `others` together with a match. Their verdicts answer the text only if `says_the_same` is true. `verdicts`
    compares the match and the others for which `says_the_same` is true. If it is "conflict" in `results`, tell your
    reader that publishers disagree, and give these verdicts.
    """
    with match_places.enter():
        values = {"text": text, "posted": posted, "page_size": limit, "view": View.BRIEF}
        return read(BriefMatching, matching.match_one(values))


def get_review(
    review: Annotated[str, Field(max_length=values.MAX_URL, description="The id of a review, or the URL of its page.")],
) -> WholeReview:
    """Get the current version of a review, with its text, all sources and its corrections."""
    try:
        found = values.read_uuid(urlsplit(review.strip()).path.rstrip("/").rpartition("/")[2])
        state = find_review(found)
    except (ValueError, Http404):
        raise ToolError(
            "There isn't a review with this id or URL. Use an id or URL from the result of another tool."
        ) from None
    if state.status == Status.ERASED:
        raise ToolError(f"This review has been erased. The public notice: {notice_in(state.body).text}")
    if state.disowned_by is not None:
        raise ToolError("The newsroom doesn't vouch for this review, so don't use it. The review's page explains why.")
    return shapes.whole_review(*compare([kept_review(state.body)]))


@_list_tool(CORRECTIONS)
def list_corrections(**arguments: str | int | None) -> CorrectionPage:
    """List corrections, updates and withdrawals of fact-checks, newest first, each with the current review."""
    list_request = _read_request("api:corrections", CORRECTIONS, arguments)
    page = read_in_time(list_request)
    corrections = [read(bodies.CorrectionOfReview, body) for (body,) in page.rows]
    rows = PublishedReview.objects.using("public").exclude(status=Status.ERASED)
    rows = rows.filter(id__in=[each.review.id for each in corrections])
    now = {each.id: each for each in compare([*map(kept_review, rows.values_list("body", flat=True))])}
    found = [shapes.correction(each, now[each.review.id]) for each in corrections if each.review.id in now]
    return {"results": found, "next_cursor": list_request.cursor_of(page.next)}


def _read_request(name: str, options: ListOptions, arguments: Mapping[str, str | int | None]) -> ListRequest:
    """Return a list request with these arguments as parameters. Raise ParameterProblem for invalid arguments."""
    request = HttpRequest()
    request.method, request.path = "GET", reverse(name)
    sent = {"page_size": PAGE_SIZE, **{key: value for key, value in arguments.items() if value is not None}}
    request.GET = QueryDict(urlencode(sent))
    return read_list_request(request, options)
