"""Errors as problem documents (RFC 9457), for every URL under /api/.

`type` is the URL of a page on this site (`views/pages.py`) that explains the problem. Slugs and statuses are part of
the API and never change.
"""

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
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, NotFound

from api.http import problem_bodies
from api.http.problem_bodies import Error
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.statements.erasure import ErasureNotice

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem. Its page shows `meaning` and `advice`. `meaning` is also the default `detail`."""

    slug: str
    status: int
    title: str
    meaning: str
    advice: str

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}/api/problems/{self.slug}/"


BAD_REQUEST = Problem(
    "bad-request", 400, "The request can't be understood",
    "The server can't read this request. For example, the host name is unknown, or there are far too many parameters.",
    "Compare your URL with the examples in the documentation.",
)  # fmt: skip
BAD_PARAMETER = Problem(
    "bad-parameter", 400, "A parameter is invalid",
    "At least one query parameter is unknown or has an invalid value. The API doesn't ignore such parameters, so that"
    " you notice a misspelt filter.",
    "Read `errors`: each entry names a `parameter` and explains the error. If `cursor` is invalid, leave it out and"
    " start again from the first page. A cursor only works with the URL, filters and order that it was created for.",
)  # fmt: skip
UNAUTHORIZED = Problem(
    "unauthorized", 401, "A token is required",
    "This URL requires a valid token. Your token is missing, misspelt, expired or revoked, or its account no longer has"
    " a role in the newsroom.",
    "Send `Authorization: Bearer fct_…`. Members of the newsroom can create tokens at the editors' desk.",
)  # fmt: skip
FORBIDDEN = Problem(
    "forbidden", 403, "The token doesn't allow this request",
    "The token is valid, but its scope or its account doesn't allow this request.",
    "Read `detail`. You can create a token with another scope at the editors' desk.",
)  # fmt: skip
NOT_FOUND = Problem(
    "not-found", 404, "Nothing found at this URL",
    "Nothing has been published at this URL, or the URL is misspelt.",
    "Start at /api/v1/, which lists the URLs. The URL of a withdrawn review returns a tombstone with status 200. The"
    " URL of an erased review returns status 410.",
)  # fmt: skip
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed", 405, "The method isn't supported",
    "This URL doesn't support the method. Most of the API is read-only.",
    "Use one of the methods in the header `Allow`.",
)  # fmt: skip
NOT_ACCEPTABLE = Problem(
    "not-acceptable", 406, "Only JSON is available",
    "The header `Accept` excludes application/json.",
    "Send `Accept: application/json`, or leave out the header.",
)  # fmt: skip
CONFLICT = Problem(
    "conflict", 409, "The request conflicts with the current state",
    "The request can't be carried out in the current state. For example, the review is no longer a draft, or the same"
    " request is still running.",
    "Read `detail` or `code`, fetch the draft again, and repeat the request if you still need it.",
)  # fmt: skip
GONE = Problem(
    "gone", 410, "Erased",
    "The text that was published here has been erased permanently. `detail` is the public notice. `notice` also"
    " contains the ground and the newsroom. The public log keeps the entry and its digest.",
    "Remove your copies. The review's list of revisions still contains each entry with its digest.",
)  # fmt: skip
LENGTH_REQUIRED = Problem(
    "length-required", 411, "The length is missing",
    "The request doesn't have a `Content-Length`. This site doesn't accept content in chunks.",
    "Send the content with its length in bytes in the header `Content-Length`.",
)  # fmt: skip
CONTENT_TOO_LARGE = Problem(
    "content-too-large", 413, "The content is too large",
    "The request is larger than this URL accepts.",
    "Read `detail`. Send less content at a time.",
)  # fmt: skip
RANGE_NOT_SATISFIABLE = Problem(
    "range-not-satisfiable", 416, "The file ends before the range begins",
    "The header `Range` requests bytes beyond the end of the file.",
    "Read the file's length in the header `Content-Range`. If your copy has the same length, it is complete.",
)  # fmt: skip
KEY_REUSED = Problem(
    "key-reused", 422, "The Idempotency-Key was used for other content",
    "A request with this key and other content was carried out in the last 24 hours. This request changed nothing.",
    "Use a new key for each new request. Use the same key only to repeat a request.",
)  # fmt: skip
INVALID_CONTENT = Problem(
    "invalid-content", 422, "The content is invalid",
    "The content is JSON, but a part of it is missing, unknown or not allowed. Nothing was stored.",
    "Read `errors`: each entry contains the position of the error (`pointer`, RFC 6901) and what to send instead.",
)  # fmt: skip
TOO_MANY_REQUESTS = Problem(
    "too-many-requests", 429, "Too many requests",
    "Your client has sent more requests than the site allows in this time.",
    "Wait for the number of seconds in `Retry-After`. The headers `RateLimit-Policy` and `RateLimit` of each response"
    " contain your limits. With larger pages (`page_size` up to 100), you need fewer requests.",
)  # fmt: skip
INTERNAL_ERROR = Problem(
    "internal-error", 500, "An unexpected error",
    "An unexpected error occurred on the server and was logged.",
    "Try again later. If the problem persists, send the site's operator the URL and the time.",
)  # fmt: skip
UNAVAILABLE = Problem(
    "unavailable", 503, "Temporarily unavailable",
    "The database isn't responding, the search takes too long, the site is busy with other searches or downloads, the"
    " content hasn't been made yet, or the site can't store more messages from readers.",
    "Read `detail`. Wait for the number of seconds in the header `Retry-After`, and try again.",
)  # fmt: skip

PROBLEMS = {each.slug: each for each in [*globals().values()] if isinstance(each, Problem)}
RETRY_AFTER_OUTAGE = 10  # seconds


class Refused(APIException):
    """An error response: a kind of problem, with details about the error."""

    def __init__(
        self,
        problem: Problem,
        detail: str | None = None,
        errors: Sequence[Error] = (),
        headers: Mapping[str, str] | None = None,
        notice: ErasureNotice | None = None,
        code: str = "",
    ) -> None:
        super().__init__(problem.title)
        self.problem, self.text, self.errors, self.headers, self.notice = problem, detail, errors, headers, notice
        self.code = code


class ParameterProblem(Refused):
    """The error for invalid query parameters. `errors` contains pairs of a parameter name and a sentence."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__(BAD_PARAMETER, errors=[Error(parameter=name, detail=detail) for name, detail in errors])


class TooSlow(Refused):
    """The error for a search that takes too long. `detail` says what to send instead."""

    def __init__(self, detail: str) -> None:
        super().__init__(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER_OUTAGE)})


class Gone(Refused):
    """The error for erased content. `notice` is the public notice.

    `notice` is None if the document was deleted without an erasure in the log. Verifiers find such deletions.
    """

    def __init__(self, notice: ErasureNotice | None) -> None:
        super().__init__(GONE, notice.text if notice else None, notice=notice)


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
        case SuspiciousOperation():
            return Refused(BAD_REQUEST)
        case OperationalError() | InterfaceError():
            headers = {"Retry-After": str(RETRY_AFTER_OUTAGE)}
            return Refused(UNAVAILABLE, "The database isn't responding. Try again in a moment.", headers=headers)
    return Refused(INTERNAL_ERROR)


def problem_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    problem = refused.problem
    notice = orjson.Fragment(canonical_unchecked(refused.notice.model_dump())) if refused.notice else None
    content = problem_bodies.Problem(
        type=problem.url,
        title=problem.title,
        status=problem.status,
        detail=refused.text or problem.meaning,
        # The query is left out because it may be very long.
        instance=escape_uri_path(request.path),
        code=refused.code or None,
        errors=list(refused.errors) or None,
        notice=notice,
    )
    response = HttpResponse(content.to_json(), status=problem.status, content_type=MEDIA_TYPE, headers=refused.headers)
    response.headers["Cache-Control"] = "no-cache"
    return response


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Handle an exception. This is Django REST framework's EXCEPTION_HANDLER."""
    request: HttpRequest = context["request"]
    return log_error(request, problem_response(request, problem_of(error)), error)


def log_error(request: HttpRequest, response: HttpResponse, error: Exception) -> HttpResponse:
    """Log a server error other than Refused, with its traceback.

    The query isn't logged, because it may contain a key. `log_response` marks the response, so Django doesn't log it a
    second time.
    """
    if response.status_code < 500 or isinstance(error, Refused):
        return response
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error)
    return response
