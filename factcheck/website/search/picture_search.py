"""The search with a picture. The picture is decoded in the clean room, compared, and never kept."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from factcheck.record.readmodel.bodies import Claim
from factcheck.record.readmodel.translated_reviews import judgements
from factcheck.record.search.pictures import MAX_BYTES, MAX_CLAIMS, NoPicture, claims_about
from factcheck.record.statements.output import read
from factcheck.web.places import Busy, search_places
from factcheck.web.rate_limits import count_picture
from factcheck.website import queries
from factcheck.website.responses import busy_page, sample_of, within_limits

FORM = 10_000  # bytes of a form beside its file


class InMemory(MemoryFileUploadHandler):
    """Keeps a file in memory alone, and only one that isn't too large."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = int(self.request.headers.get("Content-Length") or 0) <= MAX_BYTES + FORM  # type: ignore[union-attr]


@csrf_exempt  # A search changes nothing, and a token would set a cookie.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def picture_search(request: HttpRequest) -> HttpResponse:
    """Show the reviews of claims about a similar picture. A link can't contain a picture, so it leads to the search."""
    if request.method != "POST":
        return redirect("search")
    return within_limits(lambda: _respond(request), busy_page(request))


def _respond(request: HttpRequest) -> HttpResponse:
    if count_picture():
        return busy_page(request)(429)
    request.upload_handlers = [InMemory(request)]
    file = request.FILES.get("picture")
    try:
        with search_places.enter():
            claims = [read(Claim, body) for body in claims_about(file.read() if file else b"")[:MAX_CLAIMS]]
    except NoPicture:
        return render(request, "website/picture.html", {"unread": True}, status=400)
    except OSError as error:  # also TimeoutError, and a clean room that doesn't answer
        raise Busy from error
    ids = [review.id for claim in claims for review in claim.reviews]
    live = {review.id: review for review in queries.live_reviews(ids, limit=None)}
    reviews = judgements(live[pk] for pk in ids if pk in live)
    return render(request, "website/picture.html", {"reviews": reviews, "sample": sample_of(reviews)})
