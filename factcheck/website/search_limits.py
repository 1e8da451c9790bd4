"""The limits of searches, which also apply to everything that takes as long as a search."""

from collections.abc import Callable

from django.http import HttpResponse

from factcheck.tools.budget import current
from factcheck.web.places import RETRY_AFTER, Busy
from factcheck.web.rate_limits import SEARCH, count_request


def within_limits(answer: Callable[[], HttpResponse], refuse: Callable[[int], HttpResponse]) -> HttpResponse:
    """Count the request as a search and return the response of `answer`.

    `refuse` makes the response for the status 429 or 503.
    """
    try:
        response = refuse(429) if count_request([SEARCH]) else answer()
    except Busy:
        response = refuse(503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
    current().is_quiet = response.status_code != 200
    return response
