"""Errors in the shape of Google's APIs (google.rpc.Status), for every address under /v1alpha1/."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.log import log_response
from rest_framework.exceptions import MethodNotAllowed, NotFound, Throttled

from api.google.output import output_of, write
from api.problems import RETRY_AFTER_OUTAGE, Refused

_CODES = {
    "INVALID_ARGUMENT": 400,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
}
_BY_CODE = {code: status for status, code in _CODES.items()}
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_MESSAGES = {
    "INVALID_ARGUMENT": "The request cannot be understood.",
    "NOT_FOUND": "There is no such method here. Try GET /v1alpha1/claims:search.",
    "RESOURCE_EXHAUSTED": "Too many requests. Wait for as many seconds as the header Retry-After says.",
    "INTERNAL": "An error of ours, which has been logged.",
    "UNAVAILABLE": "The database does not answer. Try again after as many seconds as the header Retry-After says.",
}


class GoogleError(Exception):
    """`violations` are pairs of a parameter's name and a sentence for whoever sent it."""

    def __init__(self, status: str, message: str, violations: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.violations = violations


def invalid(violations: Sequence[tuple[str, str]]) -> GoogleError:
    """Everything that is wrong with the parameters at once."""
    return GoogleError("INVALID_ARGUMENT", " ".join(f"{name}: {text}" for name, text in violations), violations)


def error_response(
    request: HttpRequest,
    status: str,
    message: str | None = None,
    violations: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    fields = [{"field": name, "description": text} for name, text in violations]
    error = {
        "code": _CODES[status],
        "message": message or _MESSAGES[status],
        "status": status,
        "details": [{"@type": _BAD_REQUEST, "fieldViolations": fields}] if fields else [],
    }
    content, content_type = write({"error": error}, output_of(request))
    response = HttpResponse(content, status=_CODES[status], content_type=content_type, headers=headers)
    response.headers["Cache-Control"] = "no-cache"
    return response


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Takes the place of `api.problems.handle` for the views of this package."""
    request: HttpRequest = context["request"]._request
    match error:
        case GoogleError():
            return error_response(request, error.status, str(error), error.violations)
        case Refused():
            status = _BY_CODE.get(error.problem.status, "INVALID_ARGUMENT")
            return error_response(request, status, error.said, headers=error.headers)
        case Http404() | NotFound() | MethodNotAllowed():
            return error_response(request, "NOT_FOUND")
        case Throttled():
            wait = str(max(1, math.ceil(getattr(error, "wait", None) or 1)))
            return error_response(request, "RESOURCE_EXHAUSTED", headers={"Retry-After": wait})
        case SuspiciousOperation():
            return error_response(request, "INVALID_ARGUMENT")
        case OperationalError() | InterfaceError():
            headers = {"Retry-After": str(RETRY_AFTER_OUTAGE)}
            return _logged(request, error_response(request, "UNAVAILABLE", headers=headers), error)
    return _logged(request, error_response(request, "INTERNAL"), error)


def make_google(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """What takes the place of an error page that Django itself made; None for any other answer."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return None
    fallback = "INVALID_ARGUMENT" if response.status_code < 500 else "INTERNAL"
    return error_response(request, _BY_CODE.get(response.status_code, fallback))


def _logged(request: HttpRequest, response: HttpResponse, error: Exception) -> HttpResponse:
    """With the traceback and the path; never with the query, which may hold a key."""
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error)
    return response
