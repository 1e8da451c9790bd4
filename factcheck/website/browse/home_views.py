"""The home page: the introduction, and the newest reviews in the reader's language."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from factcheck.record.lists.counts import SECONDS
from factcheck.record.lists.pages import Cursor
from factcheck.tools.budget import current
from factcheck.website.browse.filters import Choice, Filters
from factcheck.website.browse.review_lists import newest_first
from factcheck.website.responses import page_for_readers, sample_of


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of reviews: the language that the page shows, the reader's language, and all other languages."""

    shown: Choice | None
    readers: Choice | None
    others: list[Choice]

    @classmethod
    def read(cls, language: str) -> "Languages":
        """Choose the reader's language, or otherwise the language with the most reviews.

        If there was no time for counting, there are no languages.
        """
        with current().within(SECONDS):
            facets = Filters({}).facets()
        choices = next((facet.values for facet in facets if facet.name == "language" and facet.exact), [])
        readers = next((choice for choice in choices if choice.value == language), None)
        shown = readers or next(iter(choices), None)
        return cls(shown, readers, [choice for choice in choices if choice is not shown])

    @property
    def reviews_in_others(self) -> int:
        return sum(choice.count or 0 for choice in self.others)


@page_for_readers
def home(request: HttpRequest) -> HttpResponse:
    """Show the introduction and the newest reviews. Redirect searches and filters to the search page."""
    query = request.GET.get("q", "")
    if (filters := Filters.read(request.GET, q=query)) or query:
        return redirect(f"{reverse('search')}{filters.query()}")
    languages = Languages.read(get_language() or settings.LANGUAGE_CODE)
    shown = Filters({"language": (languages.shown.value,)} if languages.shown else {})
    listed = newest_first("", shown, Cursor())
    reviews = listed.reviews
    context = {
        "complete": listed.complete,
        "languages": languages,
        "reviews": reviews,
        "search_url": reverse("search"),
        "sample": sample_of(reviews),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/reviews/",
    }
    return render(request, "website/home.html", context)


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """Redirect from a shortened URL of a review or claim.

    The redirect is temporary, because a list may follow later.
    """
    return redirect("home")
