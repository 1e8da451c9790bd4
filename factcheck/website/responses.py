"""Helps all views: caching by browsers, the limits of searches, and the mark of demo newsrooms."""

from collections.abc import Callable, Sequence
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.http import require_safe

from factcheck.record.formats.time_zones import zone
from factcheck.record.readmodel.bodies import Review
from factcheck.tools.budget import current
from factcheck.web.places import RETRY_AFTER, Busy
from factcheck.web.rate_limits import SEARCH, count_request


def page_for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Allow only GET and HEAD. Browsers revalidate the page each time, and get a 304 if nothing has changed."""

    @wraps(view)
    def respond(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        with timezone.override(zone(settings.SITE_TIME_ZONE)):
            response = view(request, *args, **kwargs)
        patch_cache_control(response, no_cache=True)
        # Django's ConditionalGetMiddleware ignores HEAD (RFC 9110, section 9.3.2), so it isn't used.
        if "ETag" not in response:  # a cached page already has its ETag
            set_response_etag(response)
        return get_conditional_response(request, etag=response.get("ETag"), response=response) or response

    return require_safe(respond)


def within_limits(respond: Callable[[], HttpResponse], refuse: Callable[[int], HttpResponse]) -> HttpResponse:
    """Count the request as a search and return the response of `respond`.

    Everything that takes as long as a search has the limits of searches. `refuse` makes the response for the status 429
    or 503.
    """
    try:
        response = refuse(429) if count_request([SEARCH]) else respond()
    except Busy:
        response = refuse(503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
    current().is_quiet = response.status_code != 200
    return response


def busy_page(request: HttpRequest, **context: object) -> Callable[[int], HttpResponse]:
    """Return a function that renders the page of a refused request for a status, as `within_limits` needs it."""

    def refuse(status: int) -> HttpResponse:
        values = {**context, "too_many": status == 429, "seconds": RETRY_AFTER}
        return render(request, "website/busy.html", values, status=status)

    return refuse


def is_sample(site: str) -> bool:
    """Return whether the site belongs to a demo newsroom. Demo newsrooms use a reserved top-level domain (RFC 2606)."""
    return site.endswith(".example")


def sample_of(reviews: Sequence[Review]) -> str:
    """Return "all" if all of these reviews are by demo newsrooms, "some" if some are, and otherwise an empty string."""
    samples = [is_sample(review.publisher.site) for review in reviews]
    return "all" if samples and all(samples) else "some" if any(samples) else ""
