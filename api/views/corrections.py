"""Corrections, updates, withdrawals, reinstatements and erasures of published reviews, newest first."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.endpoint import Endpoint
from api.http.parameter_values import read_choice
from api.lists.filters import REVIEW_FILTERS, Filter, is_in
from api.lists.pages import list_response
from api.lists.requests import ListOptions, read_list_request
from api.lists.search_pages import read_in_time
from api.schema.item_fields import fields_of
from api.schema.operations import documented
from factcheck.record.lists.pages import Order, Sql
from factcheck.record.log.models import CORRECTION_CLASSES
from factcheck.record.models import PublishedCorrection, PublishedReview
from factcheck.record.readmodel import bodies


def _by_review(each: Filter) -> Filter:
    """Return the filter, applied to the current version of the review.

    Filters by language and publisher aren't changed, because erased reviews keep only these two columns.
    """
    if each.name in ("language", "publisher"):
        return each

    def where(found: list[Any]) -> Sql:
        condition, parameters = each.where(found)
        reviews = f"SELECT id FROM {PublishedReview._meta.db_table} WHERE {condition}"  # noqa: S608 (our own names)
        # The ids of few reviews are read first, as an array. With a subquery, PostgreSQL would overestimate the number
        # of ids and read all corrections.
        return f"review_id = ANY(ARRAY({reviews}))" if each.few else f"review_id IN ({reviews})", parameters

    return replace(each, where=where, walks=False)


KINDS = PublishedCorrection.Kind.values
CORRECTIONS = ListOptions(
    orders={"-sequence": Order("sequence", descending=True, tie="sequence")},
    filters=(
        Filter(
            "kind", read_choice(KINDS), is_in("kind"), {"type": "string", "enum": KINDS},
            "The kind of change.", "withdrawal",
        ),
        Filter(
            "class", read_choice(CORRECTION_CLASSES), is_in("change_class"),
            {"type": "string", "enum": CORRECTION_CLASSES}, "How significant the correction is.", "substantive",
        ),
        *map(_by_review, REVIEW_FILTERS),
    ),
    # Corrections to withdrawn reviews are kept. Erased corrections keep only their kind and time.
    rows=PublishedCorrection.objects.using("public").all(),
    fields=fields_of(bodies.CorrectionOfReview),
)  # fmt: skip


class CorrectionList(Endpoint):
    reads_log_head = False

    @documented(
        "list_corrections", "Corrections",
        "Corrections, updates, withdrawals, reinstatements and erasures, newest first. Review filters other than"
        " `language` and `publisher` apply to the current version of the review.",
        "CorrectionList", CORRECTIONS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, CORRECTIONS)
        return list_response(list_request, read_in_time(list_request))
