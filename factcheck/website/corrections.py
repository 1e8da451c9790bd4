"""What became of published reviews: the one place where a reader sees all corrections (docs/website.md)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.website import reading
from factcheck.website.views import is_sample, page_for_readers, page_number, refuse_empty


@page_for_readers
def corrections(request: HttpRequest) -> HttpResponse:
    """Corrections, updates, withdrawals, reinstatements and erasures, newest first."""
    page = page_number(request)
    found, more = reading.list_corrections(page)
    refuse_empty(page, found)
    context: dict[str, Any] = {
        "corrections": found,
        "page": page,
        "next_page": page + 1 if more else None,
        "previous_page": page - 1 if page > 1 else None,
        "sample": any(is_sample(correction["newsroom"]["site"]) for correction in found),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/corrections/",
        "canonical": f"{settings.SITE_URL}/corrections/",
    }
    return render(request, "website/corrections_page.html", context)
