"""Errors as problem documents (RFC 9457), the same for every address under /api/.

`type` is the address of a page of ours (`views/pages.py`) that says what the problem means; slugs and
statuses are part of the API and never change.
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
    """A kind of problem: what its page says and what `detail` says when nothing more is known."""

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
    "The request as a whole is not one that this server reads: for example a host name that it does not answer to, or"
    " far too many parameters.",
    "Compare the address with the examples in the documentation.",
)
BAD_PARAMETER = Problem(
    "bad-parameter",
    400,
    "A parameter is wrong",
    "At least one query parameter is unknown here or has a value that it cannot have. Nothing is ignored silently, so"
    " that a misspelt filter does not look like a complete answer.",
    "Look at `errors`: each entry names a `parameter` and says what is wrong with it. For `cursor`: start again without"
    " it; a cursor only fits the address, filters and order that it was given for.",
)
UNAUTHORIZED = Problem(
    "unauthorized",
    401,
    "A token is needed",
    "This address is for programs with a token, and none came that may be used: it is missing or misspelt, at its end,"
    " revoked, or its account has no role in the newsroom any more.",
    "Send `Authorization: Bearer fct_…`. Whoever works for the newsroom makes tokens at the editors' desk.",
)
FORBIDDEN = Problem(
    "forbidden",
    403,
    "The token may not do this",
    "The token is known, and what was asked for is beyond what it was made for.",
    "Look at `detail`. A token with another scope is made at the editors' desk.",
)
NOT_FOUND = Problem(
    "not-found",
    404,
    "There is nothing at this address",
    "Nothing has been published at this address, or the address is misspelt.",
    "Start at /api/v1/, which lists the addresses. What was withdrawn or erased is not a 404: it answers with 200 and a"
    " tombstone, or with 410.",
)
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed",
    405,
    "The method is not one for this address",
    "The method is none of those that this address understands. Nearly all of the API can only be read.",
    "Use one of the methods in the header `Allow`.",
)
NOT_ACCEPTABLE = Problem(
    "not-acceptable",
    406,
    "Only JSON is served here",
    "The header `Accept` rules out application/json.",
    "Send `Accept: application/json`, or leave the header out.",
)
CONFLICT = Problem(
    "conflict",
    409,
    "Not in this state",
    "What was asked for does not go together with how things stand: what is to be changed is no draft any more, or the"
    " same request is being carried out.",
    "Look at `detail`, read the draft anew, and send the request again if it is still wanted.",
)
GONE = Problem(
    "gone",
    410,
    "Erased",
    "What was published here has been erased: `detail` is the public notice, and `notice` names the ground and the"
    " newsroom as well. Its text is gone for good; that it existed, and the digest of what it was, stays in the public"
    " log.",
    "Remove your copies. The list of the review's revisions still names each entry with its digest.",
)
CONTENT_TOO_LARGE = Problem(
    "content-too-large",
    413,
    "The content is too large",
    "More bytes came than this address takes, or their number was not said.",
    "Look at `detail`. Send the content with a `Content-Length`, and in smaller parts.",
)
RANGE_NOT_SATISFIABLE = Problem(
    "range-not-satisfiable",
    416,
    "The file ends before the range begins",
    "The header `Range` asks for bytes that lie beyond the end of the file.",
    "The header `Content-Range` says how long the file is. When you have as many bytes, you have all of it.",
)
KEY_REUSED = Problem(
    "key-reused",
    422,
    "The Idempotency-Key was used for something else",
    "A request with this key and another content has been carried out in the last 24 hours. Nothing was done now.",
    "Take a new key for each new request, and the same one to send a request again.",
)
INVALID_CONTENT = Problem(
    "invalid-content",
    422,
    "The content cannot be taken",
    "The content is JSON, and something in it is missing, unknown, or not allowed. Nothing was stored.",
    "Look at `errors`: each entry says where (`pointer`, RFC 6901) and what is wanted there.",
)
TOO_MANY_REQUESTS = Problem(
    "too-many-requests",
    429,
    "Too many requests",
    "This client has sent more requests than the site allows in a while.",
    "Wait for as many seconds as the header `Retry-After` says. Larger pages (`page_size` up to 100) save requests.",
)
INTERNAL_ERROR = Problem(
    "internal-error",
    500,
    "An error of ours",
    "The server has met an error that it did not expect. It has been logged.",
    "Try again later; when it stays, tell the operator of the site the address and the time.",
)
UNAVAILABLE = Problem(
    "unavailable",
    503,
    "Not available just now",
    "The database does not answer, or as many as may read this at a time are reading it.",
    "Try again after as many seconds as the header `Retry-After` says.",
)

PROBLEMS = {each.slug: each for each in [*globals().values()] if isinstance(each, Problem)}
RETRY_AFTER_OUTAGE = 10  # seconds


class Refused(APIException):
    """A problem, with what more is known of it."""

    def __init__(
        self,
        problem: Problem,
        detail: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        notice: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(problem.title)
        self.problem, self.said, self.errors, self.headers, self.notice = problem, detail, errors, headers, notice


class ParameterProblem(Refused):
    """One or more query parameters are wrong; `errors` are pairs of a parameter's name and a sentence."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__(BAD_PARAMETER, errors=[{"parameter": name, "detail": detail} for name, detail in errors])


class Gone(Refused):
    """What was here has been erased; `notice` is what the public is told (`ground`, `text`, …).

    None when the log has no erasure: somebody has deleted the document, which is what verifiers look for.
    """

    def __init__(self, notice: Mapping[str, Any] | None) -> None:
        super().__init__(GONE, notice["text"] if notice else None, notice=notice)


def refusal_of(error: Exception) -> Refused:
    """Every error as a problem, none with a traceback."""
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
            return Refused(UNAVAILABLE, "The database does not answer.", headers=headers)
    return Refused(INTERNAL_ERROR)


def problem_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    problem = refused.problem
    content: dict[str, Any] = {
        "type": problem.url,
        "title": problem.title,
        "status": problem.status,
        "detail": refused.said or problem.meaning,
        # Without the query, which may be as long as a server takes.
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
    return log_fault(request, problem_response(request, refusal_of(error)), error)


def log_fault(request: HttpRequest, response: HttpResponse, error: Exception) -> HttpResponse:
    """Logs an error that nobody has refused, with the traceback and without the query, which may hold a key.

    It is marked so that Django does not log the response once more without the traceback.
    """
    if response.status_code < 500 or isinstance(error, Refused):
        return response
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error)
    return response
