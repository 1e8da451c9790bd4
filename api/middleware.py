"""Converts every error under the API's URLs to the API's format, and answers requests from the response cache."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from api.google.errors import google_error
from api.http import problems, responses
from api.http.response_cache import cached_response, store_response
from factcheck.middleware import PROGRAMS

Get = Callable[[HttpRequest], HttpResponseBase]
_BY_STATUS = {
    problem.status: problem for problem in problems.PROBLEMS.values() if problem is not problems.BAD_PARAMETER
}


class ApiAnswers:
    """Comes first in MIDDLEWARE, so it can replace Django's own error pages. Cached responses skip other middleware."""

    def __init__(self, get_response: Get) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        if cached := cached_response(request):
            return cached
        response = self.get_response(request)
        make = next((make for prefix, make in _SHAPES.items() if request.path_info.startswith(prefix)), None)
        if make and response.status_code >= 400 and isinstance(response, HttpResponse):
            _replace(response, make(request, response))
        response.headers.setdefault("Content-Security-Policy", self.policy)
        if response.status_code in (204, 304):
            # Django sets a length of 0. In a 304 that would mean that the client's copy is empty (RFC 9110,
            # sections 8.6 and 15.3.5).
            response.headers.pop("Content-Length", None)
            response.headers.pop("Content-Type", None)
        store_response(request, response)
        return response


def _replace(response: HttpResponse, made: HttpResponse | None) -> None:
    """Replace the content and the status. Other headers are kept, for example CORS headers."""
    if made is not None:
        response.content, response.status_code = made.content, made.status_code
        response.headers.pop("Content-Length", None)
        for name, value in made.headers.items():
            response.headers[name] = value


def _make_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """Return the problem that replaces an error page, or None if the response is already a problem."""
    if response.headers.get("Content-Type") == problems.MEDIA_TYPE:
        return None
    fallback = problems.BAD_REQUEST if response.status_code < 500 else problems.INTERNAL_ERROR
    made = problems.problem_response(request, problems.Refused(_BY_STATUS.get(response.status_code, fallback)))
    responses.add_links(made, {})
    return made


_SHAPES = {"/api/": _make_problem, "/v1alpha1/": google_error}
