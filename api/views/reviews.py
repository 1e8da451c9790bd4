"""Published reviews: the list, and single reviews at permanent URLs."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.negotiation import JSON
from api.http.problems import NOT_FOUND, Gone, Refused
from api.lists.filters import REVIEW_FILTERS
from api.lists.pages import both_ways, list_response
from api.lists.parameters import AsOf, as_published, read_detail_parameters, respond_with
from api.lists.requests import ListOptions, read_list_request
from api.lists.search_pages import read_searched
from api.schema.item_fields import fields_of
from api.schema.operations import FIELDS, documented
from factcheck.record.formats.claimreview import MEDIA_TYPE as LINKED_DATA
from factcheck.record.formats.claimreview import claim_review_document
from factcheck.record.models import LogEntry, PastReview, PublishedReview, Status
from factcheck.record.readmodel.revisions import last_notice, notice_in

REVIEWS = ListOptions(
    orders=both_ways("published_at", "updated_at", "reviewed_on", "claimed_on", nullable=["reviewed_on", "claimed_on"]),
    filters=REVIEW_FILTERS,
    rows=PublishedReview.objects.using("public").live(),
    past=PastReview,
    searched=True,
    fields=fields_of("Review"),
)


_REVIEW = f"SELECT status, body FROM {PublishedReview._meta.db_table} WHERE id = %s"  # noqa: S608 (our own name)


class ReviewList(Endpoint):
    reads_log_head = False

    @documented(
        "list_reviews", "Reviews", "Live reviews, newest first. With `q`, the best matches come first.", "ReviewList",
        REVIEWS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, REVIEWS)
        page, meta = read_searched(list_request)
        if meta is None:  # `meta` depends on how long the search took
            responses.mark_cacheable(request._request)
        return list_response(list_request, page, meta=meta)


class ReviewDetail(Endpoint):
    reads_log_head = False
    media_types = (JSON, LINKED_DATA)

    @documented(
        "get_review", "Reviews", "The current version of a review, or the tombstone of a withdrawn review.",
        "ReviewOrTombstone",        missing=True, gone=True, as_of=True, extra=[FIELDS],
        also={LINKED_DATA: "ClaimReview"},
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        as_of, mask = read_detail_parameters(request._request, REVIEWS.fields)
        responses.mark_cacheable(request._request)
        status, body = find_review(review_id, as_of, request._request)
        if status == Status.ERASED:
            raise Gone(notice_in(body))
        headers = as_of.headers if as_of else None
        if status == Status.LIVE and request.accepted_media_type == LINKED_DATA:
            return responses.respond(claim_review_document(body), LINKED_DATA, headers)
        # A withdrawn review doesn't have a ClaimReview. Clients that request a ClaimReview get the tombstone.
        return responses.respond(respond_with(mask, body), headers=headers)


class ReviewAsClaimReview(Endpoint):
    reads_log_head = False
    media_types = (LINKED_DATA,)

    @documented(
        "get_claim_review", "Reviews", "A live review as schema.org ClaimReview. 404 if withdrawn.",
        "ClaimReview", missing=True, gone=True, media_type=LINKED_DATA,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        status, body = find_review(review_id, request=request._request)
        if status == Status.ERASED:
            raise Gone(notice_in(body))
        if status == Status.WITHDRAWN:
            detail = "This review has been withdrawn and no longer has a ClaimReview. Remove your copy."
            raise Refused(NOT_FOUND, detail)
        return responses.respond(claim_review_document(body), LINKED_DATA)


def find_review(review_id: UUID, as_of: AsOf | None = None, request: HttpRequest | None = None) -> tuple[str, str]:
    """Return the status and the stored body. Raises Http404, or Gone if the content has been erased since `as_of`.

    Also set the log's head on the request. The head is never newer than the result.
    """
    if as_of is None:
        return _find_now(review_id, request)
    if request:
        responses.read_head(request)
    for rows in as_published(PublishedReview, PastReview, as_of):
        if found := rows.filter(id=review_id).values_list("status", "body").first():
            status, body = found
            return status, body
    if entries_of(review_id).filter(sequence__lte=as_of.sequence).exists():
        raise Gone(last_notice(review_id))
    raise Http404


def _find_now(review_id: UUID, request: HttpRequest | None) -> tuple[str, str]:
    for status, body in responses.fetch(request or HttpRequest(), _REVIEW, [review_id], planned_once=True):
        return status, body
    raise Http404


def entries_of(subject: UUID, what: str = "review") -> QuerySet[LogEntry]:
    """Return the log entries about a review or, if `what` is "demand", about a demand."""
    return LogEntry.objects.using("public").filter(subject=subject, kind__startswith=f"{what}.")
