"""The page of corrections, updates, withdrawals, reinstatements and erasures."""

import re
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.lists.pages import Cursor, Order, Source, condition_of, read_page
from factcheck.record.models import PublishedCorrection
from factcheck.website.filters import OF_CORRECTIONS, Filters
from factcheck.website.queries import PAGE_SIZE, Body, current_title
from factcheck.website.views import is_sample, page_for_readers

COLUMNS = ["publisher", "body", "(SELECT review.body FROM record_publishedreview review WHERE review.id = review_id)"]
NEWEST = Order("sequence", descending=True, tie="sequence")
ROWS = Source(f"SELECT * FROM {PublishedCorrection._meta.db_table}", PublishedCorrection._meta.db_table)  # noqa: S608
_SEQUENCE = re.compile("[0-9]{1,15}")


@page_for_readers
def corrections(request: HttpRequest) -> HttpResponse:
    """Show the changes, newest first.

    ?before= and ?after= are entries in the log. So every page takes the same time, however far back it is.
    """
    filters = Filters.read(request.GET, OF_CORRECTIONS)
    cursor = _read_cursor(request)
    rows = PublishedCorrection.objects.using("public").filter(filters.condition())
    page = read_page(ROWS, [condition_of(rows)], COLUMNS, NEWEST, cursor, PAGE_SIZE)
    found = [_correction(*row) for row in page.rows]
    if not found and cursor.position:
        raise Http404  # the page would have nothing to link back to
    is_known = {*filters.values.get("kind", ())} <= {*PublishedCorrection.Kind.values}
    query = filters.query() if filters and is_known and "year" not in filters.values else ""  # as the API has them
    context: dict[str, Any] = {
        "corrections": found,
        "filters": filters,
        "facets": filters.facets(PublishedCorrection.objects.using("public")),
        "newer": page.previous and filters.query(after=[found[0]["sequence"]]),
        "older": page.next and filters.query(before=[found[-1]["sequence"]]),
        "page": 2 if filters or cursor.position else 1,  # only the first page without filters is for search engines
        "sample": any(is_sample(each["newsroom"]["site"]) for each in found),
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


def _correction(publisher: str, correction_body: str, review_body: str) -> Body:
    """Return the API's correction with the review's current title, even if the title was different at the time."""
    correction: Body = orjson.loads(correction_body)
    review: Body = orjson.loads(review_body)
    current = review["revision"]
    newsrooms = [review.get("publisher"), review.get("notice", {}).get("newsroom"), {"name": publisher}]
    sites = [publisher, None]
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
        "withdrawn_since": current["kind"] == "withdrawal" and current["sequence"] != correction["sequence"],
        "newsroom": {"site": publisher, **newsroom},
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
