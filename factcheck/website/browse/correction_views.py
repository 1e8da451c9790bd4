"""The page of corrections, updates, withdrawals, reinstatements and erasures."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.lists.pages import read_page
from factcheck.record.lists.published_lists import CORRECTIONS
from factcheck.record.models import PublishedCorrection
from factcheck.record.readmodel.bodies import CorrectionOfReview, Erasure, Kept, Tombstone, any_review
from factcheck.record.readmodel.comparable_verdicts import compare
from factcheck.record.statements.output import read
from factcheck.website.browse.filters import Filters
from factcheck.website.browse.review_lists import links_to_pages, read_cursor
from factcheck.website.queries import PAGE_SIZE, add_wordings
from factcheck.website.responses import is_sample, page_for_readers

COLUMNS = ["body", "(SELECT review.body FROM record_publishedreview review WHERE review.id = review_id)"]


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction, with its review as it is now."""

    correction: CorrectionOfReview
    review: Kept | Erasure

    @property
    def is_withdrawn_since(self) -> bool:
        return isinstance(self.review, Tombstone) and self.review.revision.sequence != self.correction.sequence

    @property
    def newsroom(self) -> str:
        """Return the name of the newsroom that made the change, or its site if the review no longer has the name."""
        newsroom = self.review.notice.newsroom if isinstance(self.review, Erasure) else self.review.publisher
        return newsroom.name if newsroom.site == self.correction.publisher else self.correction.publisher

    @property
    def previous(self) -> int | None:
        """Return the number of the revision whose text the change replaced.

        A reinstatement follows a withdrawal, which has no text.
        """
        if self.correction.erased:
            return None
        if self.correction.kind == PublishedCorrection.Kind.REINSTATEMENT:
            return self.correction.revision - 2
        return self.correction.revision - 1 if self.correction.verdict_before else None


@page_for_readers
def corrections(request: HttpRequest) -> HttpResponse:
    """Show a page of the changes, newest first. Raise Http404 beyond the last page."""
    filters = Filters.read(request.GET, CORRECTIONS)
    cursor = read_cursor(request.GET, by_time=False)
    page = read_page(CORRECTIONS.source, filters.conditions, COLUMNS, CORRECTIONS.newest_first, cursor, PAGE_SIZE)
    reviews = compare([any_review(review) for _, review in page.rows])
    changes = (read(CorrectionOfReview, body) for body, _ in page.rows)
    found = [*map(ShownCorrection, changes, reviews)]
    add_wordings(reviews)
    if not found and cursor.position:
        raise Http404  # the page would have nothing to link back to
    query = filters.query() if filters and not filters.errors else ""
    context = {
        "corrections": found,
        "filters": filters,
        "facets": filters.facets(),
        **links_to_pages(page, filters),
        "page": 2 if filters or cursor.position else 1,  # only the first page without filters is for search engines
        "sample": any(is_sample(each.correction.publisher) for each in found),
        "license": settings.LICENSE_URL,
        "api_query": query,
        "json_url": f"{settings.SITE_URL}/api/v1/corrections/{query}",
    }
    return render(request, "website/corrections_page.html", context)
