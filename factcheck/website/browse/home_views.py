"""The home page: the introduction, and this site's newest reviews in the reader's language.

Imported reviews are on the search page. An import of thousands of reviews would hide the newsrooms' own reviews.
"""

from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from factcheck.record.lists.counts import SECONDS
from factcheck.record.lists.pages import Cursor
from factcheck.tools.budget import current
from factcheck.website.browse.filters import Choice, Filters
from factcheck.website.browse.review_lists import newest_first
from factcheck.website.responses import page_for_readers, sample_of

OWN = Filters({"origin": ("own",)})


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of reviews: the language that the page shows, the reader's language, and all other languages.

    `imported` links to the reviews of other publishers, if there are any.
    """

    shown: Choice | None
    readers: Choice | None
    others: list[Choice]
    imported: Choice | None

    @classmethod
    def read(cls, language: str) -> "Languages":
        """Choose the reader's language, or otherwise the language with the most reviews.

        If there was no time for counting, there are no languages.
        """
        with current().within(SECONDS):
            facets = {facet.name: facet for facet in OWN.facets()}
        choices = facets["language"].values if "language" in facets and facets["language"].exact else []
        origins = facets["origin"].values if "origin" in facets else []
        imported = next((replace(each, url="?origin=imported") for each in origins if each.value == "imported"), None)
        readers = next((choice for choice in choices if choice.value == language), None)
        shown = readers or next(iter(choices), None)
        return cls(shown, readers, [choice for choice in choices if choice is not shown], imported)

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
    language = {"language": (languages.shown.value,)} if languages.shown else {}
    listed = newest_first("", Filters({**OWN.values, **language}), Cursor())
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
