"""Corrections, updates, withdrawals, reinstatements and erasures of published reviews, newest first."""

from dataclasses import replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q
from django.http import HttpResponse
from rest_framework.request import Request

from api.http.endpoint import Endpoint
from api.http.parameter_values import read_choice
from api.lists.filters import REVIEW_FILTERS, Filter
from api.lists.frequency import always, never
from api.lists.keyset import Order
from api.lists.options import ListOptions, ListRequest, read_list_request
from api.lists.pages import Page, list_of_bodies, read_page
from api.lists.search_pages import read_in_time
from api.schema.item_fields import fields_of
from api.schema.operations import documented
from factcheck.record.log.models import CORRECTION_CLASSES
from factcheck.record.models import PublishedCorrection, PublishedReview


def _by_review(each: Filter) -> Filter:
    """Return the filter, applied to the current version of the review. Erased reviews keep only these two columns."""
    if each.name in ("language", "publisher"):
        return each

    def select(found: list[object]) -> Q:
        reviews = PublishedReview.objects.using("public").filter(each.select(found)).values("id")
        if each.few(found):
            # The ids are read first, as an array. With a subquery, PostgreSQL would overestimate the number of ids and
            # read all corrections.
            ids = ArraySubquery(reviews)
            ours = {"template": "(%(expressions)s))", "arg_joiner": " = ANY(", "output_field": BooleanField()}
            return Q(Func(F("review_id"), ids, **ours))
        return Q(review_id__in=reviews)

    # `few` depends on the values, and so does the SQL. Such a query can't be compiled once for all values.
    return replace(each, select=select, compiles=each.compiles and each.few in (always, never))


KINDS = PublishedCorrection.Kind.values
CORRECTIONS = ListOptions(
    orders={"-sequence": Order("sequence", descending=True, tie="sequence")},
    filters=(
        Filter(
            "kind", read_choice(KINDS), lambda found: Q(kind__in=found), {"type": "string", "enum": KINDS},
            "The kind of change.", "withdrawal",
        ),
        Filter(
            "class", read_choice(CORRECTION_CLASSES), lambda found: Q(change_class__in=found),
            {"type": "string", "enum": CORRECTION_CLASSES}, "How significant the correction is.", "substantive",
        ),
        *map(_by_review, REVIEW_FILTERS),
    ),
    rows=lambda condition: PublishedCorrection.objects.using("public").filter(condition),
    fields=fields_of("CorrectionOfReview"),
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
        return list_of_bodies(list_request, read_corrections(list_request))


def read_corrections(list_request: ListRequest) -> Page:
    """Return a page. Corrections to withdrawn reviews are kept. Erased corrections keep only their kind and time."""
    if "q" in list_request.query:
        return read_in_time(list_request, list_request.rows)
    return read_page(list_request)
