"""Errors as problem documents (RFC 9457), the same for every URL under /api/.

`type` is the URL of a page on this site (`views/pages.py`) that explains the problem. Slugs and statuses are part of
the API and never change.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from django.utils.log import log_response
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, NotFound, Throttled

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem. `meaning` and `advice` are on its page. `meaning` is also the default `detail`."""

    slug: str
    status: int
    title: str
    meaning: str
    advice: str

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}/api/problems/{self.slug}/"


BAD_REQUEST = Problem(
    "bad-request",
    400,
    "The request cannot be understood",
    "The server can't read this request. For example, the host name is unknown or there are far too many parameters.",
    "Compare your URL with the examples in the documentation.",
)
BAD_PARAMETER = Problem(
    "bad-parameter",
    400,
    "A parameter is wrong",
    "At least one query parameter is unknown here or has an invalid value. The API doesn't ignore such parameters, so"
    " that you notice a misspelt filter.",
    "Read `errors`: each entry names a `parameter` and says what is wrong. If `cursor` is wrong, leave it out and start"
    " from the first page. A cursor only works with the URL, filters and order that it was made for.",
)
UNAUTHORIZED = Problem(
    "unauthorized",
    401,
    "A token is needed",
    "This URL needs a valid token. Your token is missing, misspelt, expired or revoked, or its account no longer has a"
    " role in the newsroom.",
    "Send `Authorization: Bearer fct_…`. Members of the newsroom make tokens at the editors' desk.",
)
FORBIDDEN = Problem(
    "forbidden",
    403,
    "The token may not do this",
    "The token is valid, but it doesn't allow this request.",
    "Read `detail`. You can make a token with another scope at the editors' desk.",
)
NOT_FOUND = Problem(
    "not-found",
    404,
    "Nothing found at this URL",
    "Nothing has been published at this URL, or the URL is misspelt.",
    "Start at /api/v1/, which lists the URLs. The URL of a withdrawn review sends a tombstone with a 200. The URL of an"
    " erased review sends a 410.",
)
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed",
    405,
    "The method isn't supported here",
    "This URL doesn't support the method. Nearly all of the API is read-only.",
    "Use one of the methods in the header `Allow`.",
)
NOT_ACCEPTABLE = Problem(
    "not-acceptable",
    406,
    "Only JSON is served here",
    "The header `Accept` excludes application/json.",
    "Send `Accept: application/json`, or leave the header out.",
)
CONFLICT = Problem(
    "conflict",
    409,
    "The request conflicts with the current state",
    "The request doesn't fit the current state. For example, the review isn't a draft any more, or the same request is"
    " still running.",
    "Read `detail`, get the draft again, and repeat the request if you still need it.",
)
GONE = Problem(
    "gone",
    410,
    "Erased",
    "The text that was published here has been erased for good. `detail` is the public notice, and `notice` also names"
    " the ground and the newsroom. The public log keeps the entry and its digest.",
    "Remove your copies. The list of the review's revisions still names each entry with its digest.",
)
CONTENT_TOO_LARGE = Problem(
    "content-too-large",
    413,
    "The content is too large",
    "The request has more bytes than this URL accepts, or it doesn't say how many it has.",
    "Read `detail`. Send a `Content-Length`, and send less content at a time.",
)
RANGE_NOT_SATISFIABLE = Problem(
    "range-not-satisfiable",
    416,
    "The file ends before the range begins",
    "The header `Range` asks for bytes beyond the end of the file.",
    "Read the file's length in the header `Content-Range`. If you have as many bytes, your copy is complete.",
)
KEY_REUSED = Problem(
    "key-reused",
    422,
    "The Idempotency-Key was used for other content",
    "A request with this key and other content was carried out in the last 24 hours. This request changed nothing.",
    "Use a new key for each new request. Use the same key only to repeat a request.",
)
INVALID_CONTENT = Problem(
    "invalid-content",
    422,
    "The content is invalid",
    "The content is JSON, but a part of it is missing, unknown or not allowed. Nothing was stored.",
    "Read `errors`: each entry says where the fault is (`pointer`, RFC 6901) and what to send there.",
)
TOO_MANY_REQUESTS = Problem(
    "too-many-requests",
    429,
    "Too many requests",
    "Your client has sent more requests than the site allows in this time.",
    "Wait for the seconds in the header `Retry-After`. Larger pages (`page_size` up to 100) need fewer requests.",
)
INTERNAL_ERROR = Problem(
    "internal-error",
    500,
    "An unexpected error",
    "The server met an unexpected error and logged it.",
    "Try again later. If the problem persists, send the site's operator the URL and the time.",
)
UNAVAILABLE = Problem(
    "unavailable",
    503,
    "Temporarily unavailable",
    "The database doesn't answer, or too many clients are reading this at the same time.",
    "Try again after the seconds in the header `Retry-After`.",
)

PROBLEMS = {each.slug: each for each in [*globals().values()] if isinstance(each, Problem)}
RETRY_AFTER_OUTAGE = 10  # seconds


class Refused(APIException):
    """An error response: a kind of problem, with the details of this case."""

    def __init__(
        self,
        problem: Problem,
        detail: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        notice: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(problem.title)
        self.problem, self.text, self.errors, self.headers, self.notice = problem, detail, errors, headers, notice


class ParameterProblem(Refused):
    """One or more query parameters are wrong. `errors` are pairs of a parameter's name and a sentence."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__(BAD_PARAMETER, errors=[{"parameter": name, "detail": detail} for name, detail in errors])


class Gone(Refused):
    """The content has been erased. `notice` is the public notice (`ground`, `text`, …).

    `notice` is None if the document was deleted without an erasure in the log. Verifiers find such deletions.
    """

    def __init__(self, notice: Mapping[str, Any] | None) -> None:
        super().__init__(GONE, notice["text"] if notice else None, notice=notice)


def problem_of(error: Exception) -> Refused:
    """Return the problem for any error. A problem never shows a traceback."""
    match error:
        case Refused():
            return error
        case Http404() | NotFound():
            return Refused(NOT_FOUND)
        case MethodNotAllowed():
            return Refused(METHOD_NOT_ALLOWED)
        case NotAcceptable():
            return Refused(NOT_ACCEPTABLE)
        case Throttled():
            wait = max(1, math.ceil(getattr(error, "wait", None) or 1))
            return Refused(TOO_MANY_REQUESTS, headers={"Retry-After": str(wait)})
        case SuspiciousOperation():
            return Refused(BAD_REQUEST)
        case OperationalError() | InterfaceError():
            headers = {"Retry-After": str(RETRY_AFTER_OUTAGE)}
            return Refused(UNAVAILABLE, "The database doesn't answer. Try again in a moment.", headers=headers)
    return Refused(INTERNAL_ERROR)


def problem_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    problem = refused.problem
    content: dict[str, Any] = {
        "type": problem.url,
        "title": problem.title,
        "status": problem.status,
        "detail": refused.text or problem.meaning,
        # The query is left out because it may be very long.
        "instance": escape_uri_path(request.path),
    }
    if refused.errors:
        content["errors"] = list(refused.errors)
    if refused.notice:
        content["notice"] = refused.notice
    response = HttpResponse(
        orjson.dumps(content), status=problem.status, content_type=MEDIA_TYPE, headers=refused.headers
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Django REST framework's EXCEPTION_HANDLER."""
    request: HttpRequest = context["request"]
    return log_error(request, problem_response(request, problem_of(error)), error)


def log_error(request: HttpRequest, response: HttpResponse, error: Exception) -> HttpResponse:
    """Log a server error that isn't a Refused, with its traceback. The query is left out, as it may hold a key.

    `log_response` marks the response, so Django doesn't log it a second time.
    """
    if response.status_code < 500 or isinstance(error, Refused):
        return response
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error)
    return response
