"""Errors in the format of Google's APIs (google.rpc.Status), for every URL under /v1alpha1/."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import MethodNotAllowed

from api.google.output import JSON, write
from api.http.problems import ParameterProblem, log_error, problem_of

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
    "INVALID_ARGUMENT": "The server can't read this request.",
    "NOT_FOUND": "This method doesn't exist. Try GET /v1alpha1/claims:search.",
    "RESOURCE_EXHAUSTED": "Too many requests. Wait for the number of seconds in the header Retry-After.",
    "INTERNAL": "An unexpected error occurred on the server and was logged. Try again later.",
    "UNAVAILABLE": "The site is busy, or its database isn't responding. Wait for the number of seconds in the header"
    " Retry-After.",
}


class GoogleError(Exception):
    """An error for the client, in Google's format. `violations` contains pairs of a parameter name and a sentence."""

    def __init__(self, status: str, message: str, violations: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.violations = violations


def invalid(violations: Sequence[tuple[str, str]]) -> GoogleError:
    """Return an error that lists all problems with the parameters."""
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
    content = write(request, {"error": error})
    response = HttpResponse(content, status=_CODES[status], content_type=JSON, headers=headers)
    response.headers["Cache-Control"] = "no-cache"
    return response


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Handle exceptions in this package's views, instead of `api.http.problems.handle`."""
    request: HttpRequest = context["request"]._request
    if isinstance(error, GoogleError):
        return error_response(request, error.status, str(error), error.violations)
    refused = problem_of(error)
    # Google's APIs respond with a 404 if the method is wrong.
    code = 404 if isinstance(error, MethodNotAllowed) else refused.problem.status
    if isinstance(error, ParameterProblem):
        return handle(invalid([(each.parameter or "", each.detail) for each in error.errors]), context)
    message = (refused.text or refused.problem.meaning) if refused is error else None
    status = _BY_CODE.get(code, "INVALID_ARGUMENT")
    return log_error(request, error_response(request, status, message, headers=refused.headers), error)


def google_error(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """Return the error that replaces one of Django's error pages, or None for any other response."""
    if not response.headers.get("Content-Type", "").startswith("text/"):
        return None
    fallback = "INVALID_ARGUMENT" if response.status_code < 500 else "INTERNAL"
    message = response.text if response.headers["Content-Type"] == "text/plain" else None
    return error_response(request, _BY_CODE.get(response.status_code, fallback), message)
