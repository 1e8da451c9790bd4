"""The page of corrections, updates, withdrawals, reinstatements and erasures."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.lists.pages import Cursor, Order, Source, condition_of, read_page
from factcheck.record.models import PublishedCorrection
from factcheck.record.readmodel.bodies import CorrectionOfReview, Erasure, Kept, Tombstone, any_review
from factcheck.record.statements.output import read
from factcheck.website.filters import OF_CORRECTIONS, Filters
from factcheck.website.queries import PAGE_SIZE, Title, current_title
from factcheck.website.views import is_sample, page_for_readers

COLUMNS = ["body", "(SELECT review.body FROM record_publishedreview review WHERE review.id = review_id)"]
NEWEST = Order("sequence", descending=True, tie="sequence")
ROWS = Source(f"SELECT * FROM {PublishedCorrection._meta.db_table}", PublishedCorrection._meta.db_table)  # noqa: S608
_SEQUENCE = re.compile("[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction, with its review as it is now."""

    correction: CorrectionOfReview
    review: Kept | Erasure

    @property
    def title(self) -> Title | None:
        return current_title(self.review)

    @property
    def is_withdrawn_since(self) -> bool:
        return isinstance(self.review, Tombstone) and self.review.revision.sequence != self.correction.sequence

    @property
    def newsroom(self) -> str:
        """Return the name of the newsroom that made the change, or its site if the review no longer has the name."""
        newsroom = self.review.notice.newsroom if isinstance(self.review, Erasure) else self.review.publisher
        return newsroom.name if newsroom.site == self.correction.publisher else self.correction.publisher

    @property
    def changes_verdict(self) -> bool:
        return self.correction.verdict_before not in (None, self.correction.verdict_after)

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
    """Show the changes, newest first.

    ?before= and ?after= are entries in the log. So every page takes the same time, however far back it is.
    """
    filters = Filters.read(request.GET, OF_CORRECTIONS)
    cursor = _read_cursor(request)
    rows = PublishedCorrection.objects.using("public").filter(filters.condition())
    page = read_page(ROWS, [condition_of(rows)], COLUMNS, NEWEST, cursor, PAGE_SIZE)
    found = [ShownCorrection(read(CorrectionOfReview, body), any_review(review)) for body, review in page.rows]
    if not found and cursor.position:
        raise Http404  # the page would have nothing to link back to
    is_known = {*filters.values.get("kind", ())} <= {*PublishedCorrection.Kind.values}
    query = filters.query() if filters and is_known and "year" not in filters.values else ""  # as the API has them
    context: dict[str, Any] = {
        "corrections": found,
        "filters": filters,
        "facets": filters.facets(PublishedCorrection.objects.using("public")),
        "newer": page.previous and filters.query(after=[str(found[0].correction.sequence)]),
        "older": page.next and filters.query(before=[str(found[-1].correction.sequence)]),
        "page": 2 if filters or cursor.position else 1,  # only the first page without filters is for search engines
        "sample": any(is_sample(each.correction.publisher) for each in found),
        "license": settings.LICENSE_URL,
        "api_query": query,
        "json_url": f"{settings.SITE_URL}/api/v1/corrections/{query}",
    }
    return render(request, "website/corrections_page.html", context)


def _read_cursor(request: HttpRequest) -> Cursor:
    """Return the place before or after an entry. Raise Http404 for other values."""
    for name in ("after", "before"):
        if (value := request.GET.get(name)) is not None:
            if not _SEQUENCE.fullmatch(value):
                raise Http404
            return Cursor(backward=name == "after", position=(int(value), int(value)))
    return Cursor()
