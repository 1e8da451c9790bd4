"""The page of corrections, updates, withdrawals, reinstatements and erasures."""

import re
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.models import PublishedCorrection, PublishedReview
from factcheck.website.correction_filters import CorrectionFilters
from factcheck.website.queries import PAGE_SIZE, Body, current_title
from factcheck.website.views import is_sample, page_for_readers

_SEQUENCE = re.compile("[0-9]{1,15}")


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
        "newer": filters.query(after=str(found[0]["sequence"])) if newer else "",
        "older": filters.query(before=str(found[-1]["sequence"])) if older else "",
        "page": 2 if filters or before or after else 1,  # only the first page without filters is for search engines
        "sample": any(is_sample(each["newsroom"]["site"]) for each in found),
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


def _read_page(filters: CorrectionFilters, before: int | None, after: int | None) -> tuple[list[Body], bool, bool]:
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


def _correction(row: Any) -> Body:
    """Return the API's correction with the review's current title, even if the title was different at the time."""
    correction: Body = orjson.loads(row.body)
    review: Body = orjson.loads(row.review)
    current = review["revision"]
    newsrooms = [review.get("publisher"), review.get("notice", {}).get("newsroom"), {"name": row.publisher}]
    sites = [row.publisher, None]
    newsroom = next(each for each in newsrooms if each and each.get("site") in sites)
    return {
        **correction,
        "language": review.get("language", "und"),
        "review": {
            "id": review["id"],
            "now": current["kind"],
            "headline": review.get("headline"),
            "claim": review.get("claim"),
            **current_title(review),
        },
        "withdrawn_since": current["kind"] == "withdrawal" and current["sequence"] != row.sequence,
        "newsroom": {"site": row.publisher, **newsroom},
        "notice": _notice(correction, newsroom),
        "changes_verdict": correction["verdict_before"] not in (None, correction["verdict_after"]),
        "previous": _previous_text(correction),
    }


def _notice(correction: Body, newsroom: Body) -> Body | None:
    if correction["ground"] is None:
        return None
    return {"text": correction["note"], "ground": correction["ground"], "newsroom": newsroom}


def _previous_text(correction: Body) -> int | None:
    """Return the number of the revision whose text the change replaced.

    A reinstatement follows a withdrawal, which has no text.
    """
    if correction["erased"]:
        return None
    if correction["kind"] == PublishedCorrection.Kind.REINSTATEMENT:
        return int(correction["revision"]) - 2
    return int(correction["revision"]) - 1 if correction["verdict_before"] else None
