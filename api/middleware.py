"""The API's middleware: rate limits, remembered responses, places for searches, and errors in the API's format."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from api.google.errors import google_error
from api.http import problems, responses
from factcheck.middleware import PROGRAMS, Get
from factcheck.record.log.models import newest_sequence
from factcheck.tools.budget import current
from factcheck.web import rate_limits
from factcheck.web.places import RETRY_AFTER, Busy, Places, match_places, search_places
from factcheck.web.rate_limits import count_request
from factcheck.web.response_cache import key_of, recall, remember

_BY_STATUS = {
    problem.status: problem for problem in problems.PROBLEMS.values() if problem is not problems.BAD_PARAMETER
}


class ApiRequests:
    """Middleware for requests of programs. A remembered response skips all middleware after this one.

    The middleware counts requests and refuses those beyond a limit. Django's error pages become errors in the URL's
    format.
    """

    def __init__(self, get_response: Get) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        places = _places(request)
        if request.method != "OPTIONS":  # a preflight request isn't counted
            count_request(_limit_names(request, places))
        response = responses.revalidate(request, self._remembered(request, places))
        if response.status_code in (204, 304):
            # Django sets a length of 0. In a 304 that would mean that the client's copy is empty (RFC 9110,
            # sections 8.6 and 15.3.5).
            response.headers.pop("Content-Length", None)
            response.headers.pop("Content-Type", None)
        return response

    def _remembered(self, request: HttpRequest, places: Places | None) -> HttpResponseBase:
        key, reusable = key_of(request), request.method in ("GET", "HEAD") and current().retry_after is None
        if reusable and (found := recall(request, key, lambda: (newest_sequence(),))):
            return found
        response = self._respond(request, places)
        if response.status_code >= 400 and isinstance(response, HttpResponse):
            for prefix, make in _SHAPES.items():
                if request.path_info.startswith(prefix):
                    _replace(response, make(request, response))
        elif isinstance(response, HttpResponse) and (version := responses.cacheable_version(response)):
            remember(request, key, version, response)
        return response

    def _respond(self, request: HttpRequest, places: Places | None) -> HttpResponseBase:
        if (wait := current().retry_after) is not None:
            return _refusal(429, wait, problems.TOO_MANY_REQUESTS.meaning)
        if places is None:
            return self.get_response(request)
        try:
            with places.enter():
                return self.get_response(request)
        except Busy as busy:
            return _refusal(503, RETRY_AFTER, str(busy))


def _refusal(status: int, retry_after: int, detail: str) -> HttpResponse:
    """Return the reason as plain text, which isn't logged."""
    current().is_quiet = True
    return HttpResponse(detail, "text/plain", status, headers={"Retry-After": str(retry_after)})


def _places(request: HttpRequest) -> Places | None:
    """Return the places for the request, or None if it's neither a match nor a search."""
    if request.method == "OPTIONS":
        return None
    if request.path_info == _MATCH:
        return match_places
    if request.path_info.startswith(_SEARCHES):
        return search_places
    try:
        searched = request.META.get("QUERY_STRING", "") and not _SEARCH_PARAMETERS.isdisjoint(request.GET)
    except SuspiciousOperation:  # too many parameters, which the view refuses
        return None
    return search_places if searched else None


def _limit_names(request: HttpRequest, places: Places | None) -> list[str]:
    if request.path_info.startswith(_LOG) and not request.path_info.startswith(_DOCUMENTS):
        return [rate_limits.LOG]
    return [rate_limits.SEARCH, rate_limits.READING] if places else [rate_limits.READING]


def _replace(response: HttpResponse, made: HttpResponse | None) -> None:
    """Replace the content and the status. Other headers are kept."""
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
    detail = response.text if response.headers.get("Content-Type") == "text/plain" else None
    made = problems.problem_response(request, problems.Refused(_BY_STATUS.get(response.status_code, fallback), detail))
    responses.add_links(made, {})
    return made


_MATCH, _LOG = "/api/v1/match/", "/api/v1/log/"
_DOCUMENTS = "/api/v1/log/document-bundles/"  # each has up to 256 documents
_SEARCHES = ("/v1alpha1/claims:search", "/v1alpha1/claims:imageSearch", "/api/v1/stats/")
_SEARCH_PARAMETERS = frozenset({"q", "count", "facets"})
_SHAPES = {"/api/": _make_problem, **dict.fromkeys(("/v1alpha1/", "/$discovery/"), google_error)}
