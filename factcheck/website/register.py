"""Pages of the register of demands: who demanded that a review be changed or removed, and what came of it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.website import reading
from factcheck.website.views import is_sample, page_for_readers, page_number, refuse_empty


@page_for_readers
def demands(request: HttpRequest) -> HttpResponse:
    """The register, newest entries first."""
    page = page_number(request)
    found, more = reading.list_demands(page)
    refuse_empty(page, found)
    context: dict[str, Any] = {
        "demands": found,
        "page": page,
        "next_page": page + 1 if more else None,
        "previous_page": page - 1 if page > 1 else None,
        "sample": any(is_sample(demand["publisher"]["site"]) for demand in found),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/demands/",
        "canonical": f"{settings.SITE_URL}/demands/",
    }
    return render(request, "website/demands.html", context)


@page_for_readers
def demand(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """A demand as the register has it now, with what was said of it before."""
    said = reading.find_demand(demand_id)
    if said is None:
        raise Http404
    context: dict[str, Any] = {
        "demand": said,
        "revisions": reading.list_revisions(demand_id),
        "sample": is_sample(said["publisher"]["site"]),
        "license": said["license"],
        "json_url": f"{settings.SITE_URL}/api/v1/demands/{demand_id}/",
    }
    return render(request, "website/demand.html", context)
