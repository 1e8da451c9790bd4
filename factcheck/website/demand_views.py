"""Pages for the register of demands."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.website import queries
from factcheck.website.views import is_sample, page_for_readers


@page_for_readers
def demands(request: HttpRequest) -> HttpResponse:
    """Show a page of the register, newest entries first. Raise Http404 beyond the last page."""
    given = request.GET.get("page", "1")
    page = int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 0
    found, more = queries.list_demands(page) if 1 <= page <= queries.LAST_PAGE else ([], False)
    if page != 1 and not found:
        raise Http404  # the page would have nothing to link back to
    context = {
        "demands": found,
        "page": page,
        "next_page": page + 1 if more else None,
        "previous_page": page - 1 if page > 1 else None,
        "sample": any(is_sample(each.publisher.site) for each in found),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/demands/",
    }
    return render(request, "website/demands.html", context)


@page_for_readers
def demand(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Show a demand as it currently appears in the register, with its revisions."""
    body = queries.find_demand(demand_id)
    context: dict[str, Any] = {
        "demand": body,
        "revisions": queries.list_revisions(demand_id),
        "sample": is_sample(body.publisher.site),
        "license": body.license,
        "json_url": f"{settings.SITE_URL}/api/v1/demands/{demand_id}/",
    }
    return render(request, "website/demand.html", context)
