"""Runs searches, and everything that takes as long as a search, within the limits of searches."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from factcheck.web.rate_limits import SEARCH, count_request
from factcheck.web.search_gate import RETRY_AFTER, Busy


def within_limits(
    request: HttpRequest, answer: Callable[[], HttpResponse], refuse: Callable[[int], HttpResponse]
) -> HttpResponse:
    """Count the request as a search and return the answer. `refuse` makes the response for the status 429 or 503."""
    limits = count_request(request, [SEARCH])
    try:
        response = answer() if limits.retry_after is None else refuse(429)
    except Busy:
        response = refuse(503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
    limits.add_headers(response)
    if response.status_code != 200:
        response._has_been_logged = True  # type: ignore[attr-defined] # a flood would fill the journal
    return response
