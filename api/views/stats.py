"""Totals of the record, and the numbers of reviews by group. Nobody is scored, so nothing is counted by claimant."""

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.problems import RETRY_AFTER_OUTAGE, UNAVAILABLE, Refused
from api.lists.requests import ListOptions, read_list_request
from api.schema import references
from api.schema.operations import documented
from api.schema.references import Groups, NumberOfReviews, Totals
from api.views.corrections import CORRECTIONS
from api.views.reviews import REVIEWS
from factcheck.record.lists.counts import count, count_live
from factcheck.record.lists.dimensions import CLAIMANT
from factcheck.record.lists.pages import Order
from factcheck.record.lists.statistics import MAX_ROWS, STATISTICS
from factcheck.record.models import PublishedClaim, PublishedReference, PublishedReview, Status
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.tools.budget import current

TOO_SLOW = "Counting these reviews takes too long. Use more filters or fewer groups, or try again later."
# The statistics of `STATISTICS` that have a URL of their own. `group_by` counts the others.
TABLES = ("days-to-review", "corrections", "days-to-correction", "source-checks", "demands")

FILTERS = [each for each in REVIEWS.filters if each is not CLAIMANT]
STATS = ListOptions(REVIEWS.rows, orders={"count": Order("count")}, filters=FILTERS, grouped=True)
_TABLE = OpenApiParameter(
    "table", {"type": "string", "enum": list(TABLES)}, OpenApiParameter.PATH, description="The name of the statistic."
)


class Stats(Endpoint):
    @documented(
        "get_stats", "Statistics", "Totals of the record, and the number of reviews that match your filters, by group.",
        "Stats", STATS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, STATS)
        group_by = list_request.group_by
        rows = REVIEWS.rows.filter(list_request.condition)
        counted = count(rows, None, [group_by] if group_by else [], MAX_ROWS + 1)
        if counted is None:
            raise Refused(UNAVAILABLE, TOO_SLOW, headers={"Retry-After": str(RETRY_AFTER_OUTAGE)})
        found = counted.groups[group_by] if group_by else []
        groups = [{"count": number, **dict(zip(group_by, value, strict=True))} for value, number in found[:MAX_ROWS]]
        if counted.exact:  # otherwise the numbers depend on how long counting took
            current().is_cacheable = True
        content = references.Stats(
            totals=_totals(),
            count=NumberOfReviews(value=counted.total, exact=counted.exact),
            groups=Groups(values=groups, exact=counted.exact, complete=len(found) <= MAX_ROWS),
        )
        return responses.respond(content.to_json())


class Statistic(Endpoint):
    """A statistic of the whole record. The response isn't cached, because checks of sources aren't in the log."""

    @documented(
        "get_statistic", "Statistics", "Numbers of the whole record: days, corrections, checks of sources or demands.",
        "Statistic", missing=True, extra=[_TABLE],
    )  # fmt: skip
    def get(self, request: Request, table: str) -> HttpResponse:
        refuse_parameters(request)
        if table not in TABLES:
            raise Http404
        found = STATISTICS[table]()
        content = references.Statistic(
            count=found.count,
            left_out=found.left_out,
            median_days=found.median,
            values=[{"count": number, **dict(zip(found.columns, value, strict=True))} for value, number in found.rows],
        )
        return responses.respond(content.to_json())


def _totals() -> Totals:
    reviews = count_live(PublishedReview, ("language",), limit=MAX_ROWS)
    named = PublishedReference.objects.using("public")
    return Totals(
        reviews=reviews.total,
        withdrawn_reviews=PublishedReview.objects.using("public").filter(status=Status.WITHDRAWN).count(),
        claims=count_live(PublishedClaim).total,
        corrections=CORRECTIONS.rows.filter(change_class__isnull=False).count(),
        publishers=named.filter(kind=PublishedReference.Kind.PUBLISHER).count(),
        languages=sum(language != UNKNOWN_LANGUAGE for (language,), _ in reviews.groups["language",]),
    )
