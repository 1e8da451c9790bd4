"""What became of published reviews: the one place where a reader sees all corrections (docs/website.md)."""

from django.http import HttpRequest, HttpResponse

from factcheck.website import reading
from factcheck.website.views import page_for_readers, page_of_list


@page_for_readers
def corrections(request: HttpRequest) -> HttpResponse:
    """Corrections, updates, withdrawals, reinstatements and erasures, newest first."""
    return page_of_list(
        request,
        "website/corrections_page.html",
        "corrections",
        reading.list_corrections,
        lambda correction: correction["newsroom"],
    )
