"""The page of corrections, updates, withdrawals, reinstatements and erasures."""

import re
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.models import PublishedCorrection, PublishedReview
from factcheck.record.readmodel.bodies import CorrectionOfReview, Erasure, Kept, Tombstone, any_review
from factcheck.record.statements.output import read
from factcheck.website.correction_filters import CorrectionFilters
from factcheck.website.queries import PAGE_SIZE, Title, current_title
from factcheck.website.views import is_sample, page_for_readers

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
    filters = CorrectionFilters.read(request.GET)
    before, after = (_sequence(request, name) for name in ("before", "after"))
    found, newer, older = _read_page(filters, before, after)
    if not found and (before, after) != (None, None):
        raise Http404  # the page would have nothing to link back to
    context: dict[str, Any] = {
        "corrections": found,
        "filters": filters,
        "facets": filters.facets(),
        "newer": filters.query(after=str(found[0].correction.sequence)) if newer else "",
        "older": filters.query(before=str(found[-1].correction.sequence)) if older else "",
        "page": 2 if filters or before or after else 1,  # only the first page without filters is for search engines
        "sample": any(is_sample(each.correction.publisher) for each in found),
        "license": settings.LICENSE_URL,
        "api_query": filters.api_query(),
        "json_url": f"{settings.SITE_URL}/api/v1/corrections/{filters.api_query()}",
    }
    return render(request, "website/corrections_page.html", context)


def _sequence(request: HttpRequest, name: str) -> int | None:
    """Return the number of an entry, or None if the parameter is missing. Raise Http404 for other values."""
    value = request.GET.get(name)
    if value is None:
        return None
    if not _SEQUENCE.fullmatch(value):
        raise Http404
    return int(value)


def _read_page(
    filters: CorrectionFilters, before: int | None, after: int | None
) -> tuple[list[ShownCorrection], bool, bool]:
    """Return the changes of the page, whether there are newer changes, and whether there are older changes."""
    rows = PublishedCorrection.objects.using("public").filter(filters.condition())
    review = PublishedReview.objects.filter(pk=models.OuterRef("review_id")).values("body")
    rows = rows.annotate(review=models.Subquery(review))
    if after is not None:
        found = list(rows.filter(sequence__gt=after).order_by("sequence")[: PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE][::-1]
        return [_correction(row) for row in shown], len(found) > PAGE_SIZE, True
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    found = list(rows.order_by("-sequence")[: PAGE_SIZE + 1])
    return [_correction(row) for row in found[:PAGE_SIZE]], before is not None, len(found) > PAGE_SIZE


def _correction(row: Any) -> ShownCorrection:
    return ShownCorrection(read(CorrectionOfReview, row.body), any_review(orjson.loads(row.review)))
