"""Pages for browsing: the values of all filters, and a page for each topic, publisher and claimant.

A claimant's page has no numbers and no verdicts of its own, because the record scores claims and never people.
"""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from factcheck.record.files.newsroom_keys import read_keys
from factcheck.record.formats.text import replace_forbidden
from factcheck.record.lists.counts import SECONDS
from factcheck.record.lists.dimensions import CLAIMANT
from factcheck.record.lists.published_lists import REVIEWS
from factcheck.record.lists.statistics import MAX_ROWS
from factcheck.record.models import PublishedReference
from factcheck.record.readmodel import profile_rows
from factcheck.record.statements.output import read
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import Claimant, Publisher, Topic
from factcheck.tools.budget import current
from factcheck.website import queries
from factcheck.website.browse.filters import Facet, Filters
from factcheck.website.browse.review_lists import links_to_pages, newest_first, read_cursor
from factcheck.website.responses import page_for_readers, sample_of

MANY_VALUES = 300  # values of a filter on the page for browsing. The API returns all values.
Kind = PublishedReference.Kind
_MODELS: dict[Kind, type[Part]] = {Kind.PUBLISHER: Publisher, Kind.TOPIC: Topic, Kind.CLAIMANT: Claimant}


@dataclass(frozen=True, slots=True)
class PartOfPage:
    """A part of the page for browsing. Each of its values links to a page, or to the search page with a filter."""

    facet: Facet
    page: str
    api_list: str  # a path in the API


# The first parts, with their pages and their lists in the API.
FIRST = {
    "topic": ("topic", "topics/"),
    "verdict": ("", "rating-scales/"),
    "original_verdict": ("", "stats/?group_by=original_verdict"),
    "publisher": ("publisher", "publishers/"),
}


@page_for_readers
def browse(request: HttpRequest) -> HttpResponse:
    """Show the values of the filters with their numbers of reviews, or with `all` more values of one filter."""
    whole = request.GET.get("all", "")
    with current().within(SECONDS):
        facets = Filters({}).facets(limit=MAX_ROWS if whole else MANY_VALUES, varied=True)
    if whole:
        facets = [facet for facet in facets if facet.name == whole]
    if not facets and not whole and REVIEWS.rows.exists():
        raise OperationalError("counting takes too long")
    context = {
        "parts": [
            PartOfPage(facet, *FIRST.get(facet.name, ("", "")))
            for facet in sorted(facets, key=lambda facet: [*FIRST, facet.name].index(facet.name))
        ],
        "search_url": reverse("search"),
        "api_url": f"{settings.SITE_URL}/api/v1/",
        "license": settings.LICENSE_URL,
        "whole": whole,
        "many": MANY_VALUES,
    }
    return render(request, "website/browse.html", context)


@page_for_readers
def publisher(request: HttpRequest, site: str) -> HttpResponse:
    if site != site.lower():  # each page has one URL
        return redirect("publisher", site.lower(), permanent=True)
    more = {"has_profile": profile_rows.has_profile(site), "keys": read_keys(site)}
    return _subject(request, Kind.PUBLISHER, site, Filters({"publisher": (site,)}), **more)


@page_for_readers
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    return _subject(request, Kind.TOPIC, slug, Filters({"topic": (slug,)}))


@page_for_readers
def claimant(request: HttpRequest, claimant_id: UUID) -> HttpResponse:
    return _subject(request, Kind.CLAIMANT, str(claimant_id), None)


def _subject(request: HttpRequest, kind: Kind, key: str, filters: Filters | None, **more: object) -> HttpResponse:
    """Show the newest reviews of a publisher, topic or claimant. Raise Http404 for an unknown one.

    A claimant has no filters.
    """
    body = queries.references(kind).filter(key=replace_forbidden(key)).values_list("body", flat=True).first()
    if body is None:
        raise Http404
    place = read_cursor(request.GET)
    among = None if filters else CLAIMANT.where([UUID(key)])
    listed = newest_first("", filters or Filters({}), place, among=among)
    parameter = urlencode({kind.value: key})
    facets = [each for each in filters.facets() if each.name != kind.value] if filters else []
    context = {
        "subject": read(_MODELS[kind], body),
        "facets": [each for each in facets if len(each.values) > 1],
        "search_url": reverse("search"),
        "reviews": listed.reviews, "complete": listed.complete, "place": place,
        **links_to_pages(listed.page),
        "sample": sample_of(listed.reviews),
        "parameter": parameter,
        "json_url": f"{settings.SITE_URL}/api/v1/reviews/?{parameter}",
        "about_url": f"{settings.SITE_URL}/api/v1/{kind.value}s/{key}/" if kind != Kind.TOPIC else "",
        "license": settings.LICENSE_URL,
    }  # fmt: skip
    return render(request, f"website/{kind.value}.html", context | more)
