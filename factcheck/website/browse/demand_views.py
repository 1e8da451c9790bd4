"""Pages for the register of demands."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.lists.pages import read_page
from factcheck.record.lists.published_lists import DEMANDS
from factcheck.website import queries
from factcheck.website.browse.review_lists import links_to_pages, read_cursor
from factcheck.website.responses import is_sample, page_for_readers

COLUMNS = ["body", "(SELECT about.body FROM record_publishedreview about WHERE about.id = review)"]


@page_for_readers
def demands(request: HttpRequest) -> HttpResponse:
    """Show a page of the register, newest entries first. Raise Http404 beyond the last page."""
    cursor = read_cursor(request.GET)
    page = read_page(DEMANDS.source, [], COLUMNS, DEMANDS.newest_first, cursor, queries.PAGE_SIZE)
    found = queries.answered_demands(page.rows)
    if cursor.position and not found:
        raise Http404  # the page would have nothing to link back to
    context = {
        "demands": found,
        "page": 2 if cursor.position else 1,  # only the first page is for search engines
        **links_to_pages(page),
        "sample": any(is_sample(each.publisher.site) for each in found),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/demands/",
    }
    return render(request, "website/demands.html", context)


@page_for_readers
def demand(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Show a demand as it currently appears in the register, with its revisions."""
    body = queries.find_demand(demand_id)
    context = {
        "demand": body,
        "revisions": queries.list_revisions(demand_id),
        "sample": is_sample(body.publisher.site),
        "license": body.license,
        "json_url": f"{settings.SITE_URL}/api/v1/demands/{demand_id}/",
    }
    return render(request, "website/demand.html", context)
