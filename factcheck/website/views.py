"""Pages for readers. They only read the record and don't set cookies."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from factcheck.record.readmodel.bodies import Review
from factcheck.web.response_cache import key_of, recall, remember
from factcheck.website import queries
from factcheck.website.review_page import read_page


def page_for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Allow only GET and HEAD. Browsers revalidate the page each time, and get a 304 if nothing has changed."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_cache=True)
        # Django's ConditionalGetMiddleware ignores HEAD (RFC 9110, section 9.3.2), so it isn't used.
        if "ETag" not in response:  # a cached page already has its ETag
            set_response_etag(response)
        return get_conditional_response(request, etag=response.get("ETag"), response=response) or response

    return require_safe(answer)


def remembered_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Render a review's page once for each version and language. A cached page takes one query."""

    @wraps(view)
    def answer(request: HttpRequest, review_id: UUID, **values: Any) -> HttpResponse:
        key = key_of(request, get_language())
        if found := recall(request, key, lambda: queries.page_version(review_id)):
            return found
        page = read_page(review_id)
        response = view(request, page, **values)
        if response.status_code == 200:
            set_response_etag(response)
            remember(request, key, page.version, response)
        return response

    return answer


def is_sample(site: str) -> bool:
    """Return whether the site belongs to a demo newsroom. Demo newsrooms use a reserved top-level domain (RFC 2606)."""
    return site.endswith(".example")


def sample_of(reviews: Sequence[Review]) -> str:
    """Return "all" if all of these reviews are by demo newsrooms, "some" if some are, and otherwise an empty string."""
    samples = [is_sample(review.publisher.site) for review in reviews]
    return "all" if samples and all(samples) else "some" if any(samples) else ""
