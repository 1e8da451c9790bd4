"""Share pictures and citations of reviews. Both show the current revision, so they follow corrections."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.http import require_safe

from factcheck.record.models import LogEntry
from factcheck.record.readmodel.bodies import Erasure, Kept
from factcheck.web.places import search_places
from factcheck.website import queries
from factcheck.website.responses import page_for_readers, within_limits
from factcheck.website.sharing import share_cards
from factcheck.website.sharing.citations import FORMATS
from factcheck.website.sharing.share_picture import Card, paint

# Seconds that platforms can keep a picture. Then they have to ask whether the review has been corrected.
MAX_AGE = 3600


@require_safe
def share(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Redirect to the current picture, in the language `lang` or in the review's language."""
    body = queries.find_review(review_id).published
    if isinstance(body, Erasure):
        return HttpResponse(status=410)
    chosen = request.GET.get("lang", "")
    language = chosen if chosen in share_cards.LANGUAGES else share_cards.picture_language(body.language)
    return _to_current(body, language)


@require_safe
def share_picture(request: HttpRequest, review_id: UUID, digest: str, language: str) -> HttpResponse:
    """Return the picture of a review. Redirect from the digest of an earlier revision to the current picture."""
    body = queries.find_review(review_id).published
    if isinstance(body, Erasure):
        return HttpResponse(status=410)
    if body.revision.digest.startswith(digest):
        return _picture(request, share_cards.review_card(body, language))
    if LogEntry.objects.using("public").filter(subject=review_id, digest__startswith=digest).exists():
        return _to_current(body, language)
    raise Http404


@require_safe
def site_picture(request: HttpRequest, language: str) -> HttpResponse:
    """Return the picture of pages that aren't about a review."""
    return _picture(request, share_cards.site_card(language))


def _to_current(review: Kept, language: str) -> HttpResponse:
    response = redirect(share_cards.picture_path(review, language))
    patch_cache_control(response, no_cache=True)
    return response


def _picture(request: HttpRequest, card: Card) -> HttpResponse:
    """Return the picture within the limits of searches, because painting takes as long as a search."""

    def respond() -> HttpResponse:
        with search_places.enter():
            return HttpResponse(paint(card), content_type="image/png")

    response = within_limits(respond, lambda status: HttpResponse(status=status))
    if response.status_code != 200:
        return response
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@page_for_readers
def citation(request: HttpRequest, review_id: UUID, extension: str) -> HttpResponse:
    """Return the citation of the current revision as plain text, BibTeX or CSL-JSON."""
    body = queries.find_review(review_id).published
    if isinstance(body, Erasure):
        return HttpResponse(status=410)
    media_type, write = FORMATS[extension]
    return HttpResponse(write(body), content_type=media_type)
