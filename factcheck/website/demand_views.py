"""Pages for the register of demands."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.website import queries
from factcheck.website.views import is_sample, page_for_readers, page_of_list


@page_for_readers
def demands(request: HttpRequest) -> HttpResponse:
    """Show the register, newest entries first."""
    return page_of_list(request, "website/demands.html", "demands", queries.list_demands)


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
