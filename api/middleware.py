"""The last word on answers of the API, for what goes wrong before or after a view."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from api.google.errors import make_google
from api.http import problems, responses
from api.http.response_cache import find_unchanged, remember
from factcheck.middleware import PROGRAMS

Get = Callable[[HttpRequest], HttpResponseBase]
_BY_STATUS = {
    problem.status: problem for problem in problems.PROBLEMS.values() if problem is not problems.BAD_PARAMETER
}


class ApiAnswers:
    """Stands first in MIDDLEWARE: sees the error pages that Django makes, and spares the rest what is unchanged."""

    def __init__(self, get_response: Get) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        if unchanged := find_unchanged(request):
            return unchanged
        response = self.get_response(request)
        make = next((make for prefix, make in _SHAPES.items() if request.path_info.startswith(prefix)), None)
        if make and response.status_code >= 400 and isinstance(response, HttpResponse):
            _replace(response, make(request, response))
        response.headers.setdefault("Content-Security-Policy", self.policy)
        if response.status_code in (204, 304):
            # Django counts the bytes of what has none (RFC 9110, sections 8.6 and 15.3.5); of a 304 it would say that
            # the content which the client has is empty.
            response.headers.pop("Content-Length", None)
            response.headers.pop("Content-Type", None)
        remember(request, response)
        return response


def _replace(response: HttpResponse, made: HttpResponse | None) -> None:
    """Gives the answer the content of the other one; its headers stay, those of CORS among them."""
    if made is not None:
        response.content, response.status_code = made.content, made.status_code
        response.headers.pop("Content-Length", None)
        for name, value in made.headers.items():
            response.headers[name] = value


def _make_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """What takes the place of an error page; None for what is a problem already."""
    if response.headers.get("Content-Type") == problems.MEDIA_TYPE:
        return None
    fallback = problems.BAD_REQUEST if response.status_code < 500 else problems.INTERNAL_ERROR
    made = problems.problem_response(request, problems.Refused(_BY_STATUS.get(response.status_code, fallback)))
    responses.add_links(made, {})
    return made


_SHAPES = {"/api/": _make_problem, "/v1alpha1/": make_google}
