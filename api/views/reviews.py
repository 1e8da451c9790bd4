"""Published reviews: the list, and each at its address for ever."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.negotiation import JsonOrLinkedData, LinkedDataOnly
from api.http.problems import NOT_FOUND, Gone, Refused
from api.http.response_cache import follows_log
from api.http.responses import log_head
from api.lists.as_of import Moment, as_published, read_as_of_alone
from api.lists.filters import REVIEW_FILTERS
from api.lists.keyset import both_ways
from api.lists.options import ListOptions, read_list_request
from api.lists.pages import list_of_bodies
from api.lists.search_pages import read_searched
from api.schema.operations import documented
from factcheck.database.compiled_queries import Slot, compiled
from factcheck.record.formats.claimreview import MEDIA_TYPE as LINKED_DATA
from factcheck.record.formats.claimreview import claim_review_document
from factcheck.record.models import LogEntry, PastReview, PublishedReview, Status
from factcheck.record.readmodel.revisions import last_notice, notice_in

REVIEWS = ListOptions(
    orders=both_ways("published_at", "updated_at", "reviewed_on", "claimed_on", nullable=["reviewed_on", "claimed_on"]),
    filters=REVIEW_FILTERS,
    as_of=True,
    rows=lambda condition: PublishedReview.objects.using("public").live().filter(condition),
    searched=True,
)


class ReviewList(Endpoint):
    asks_for_head = False

    @documented("list_reviews", "Reviews", "Live reviews, newest first; with `q` best first.", "ReviewList", REVIEWS)
    def get(self, request: Request) -> HttpResponse:
        asked = read_list_request(request._request, REVIEWS)
        page, meta = read_searched(asked, PublishedReview, PastReview)
        if meta is None:  # which is made within a time
            follows_log(request._request)
        return list_of_bodies(request._request, page, asked.as_of, meta)


class ReviewDetail(Endpoint):
    asks_for_head = False
    content_negotiation_class = JsonOrLinkedData

    @documented(
        "get_review", "Reviews", "A review as it stands now, or the tombstone of a withdrawn one.", "ReviewOrTombstone",
        missing=True, gone=True, as_of=True, also={LINKED_DATA: "ClaimReview"},
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        moment = read_as_of_alone(request._request)
        if moment is None:  # which is read before the log's head
            follows_log(request._request)
        status, body = find_review(review_id, moment, request._request)
        if status == Status.ERASED:
            raise Gone(notice_in(body))
        headers = moment.headers if moment else None
        if status == Status.LIVE and request.accepted_media_type == LINKED_DATA:
            return responses.respond(request._request, claim_review_document(body), LINKED_DATA, headers)
        # A withdrawn review is no ClaimReview any more; its tombstone says so to whoever asks for one.
        return responses.respond(request._request, body.encode(), headers=headers)


class ReviewAsClaimReview(Endpoint):
    asks_for_head = False
    content_negotiation_class = LinkedDataOnly

    @documented(
        "get_claim_review", "Reviews", "A live review as schema.org ClaimReview; 404 when it was withdrawn.",
        "ClaimReview", missing=True, gone=True, media_type=LINKED_DATA,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        status, body = find_review(review_id, request=request._request)
        if status == Status.ERASED:
            raise Gone(notice_in(body))
        if status == Status.WITHDRAWN:
            detail = "This review has been withdrawn, and no ClaimReview stands for it any more."
            raise Refused(NOT_FOUND, detail)
        return responses.respond(request._request, claim_review_document(body), LINKED_DATA)


def find_review(review_id: UUID, moment: Moment | None = None, request: HttpRequest | None = None) -> tuple[str, str]:
    """Status and stored body. Raises Http404; Gone when what was public at the moment has been erased since.

    A request is told the log's head, which is never newer than what is found.
    """
    if moment is None:
        return _find_now(review_id, request)
    if request:
        responses.remember_head(request)
    for rows in as_published(PublishedReview, PastReview, moment):
        if found := rows.filter(id=review_id).values_list("status", "body").first():
            status, body = found
            return status, body
    if entries_of(review_id).filter(sequence__lte=moment.sequence).exists():
        raise Gone(last_notice(review_id))
    raise Http404


def _find_now(review_id: UUID, request: HttpRequest | None) -> tuple[str, str]:
    statement = compiled("a review", _review_now, planned_once=True)
    found = statement.run([review_id])
    if request and found:
        responses.head_is(request, found[0][2])
    elif request:  # no row to bring it; what is not there may not be older than the head
        responses.remember_head(request)
        found = statement.run([review_id])
    for status, body, _ in found:
        return status, body
    raise Http404


def _review_now() -> QuerySet[Any, Any]:
    rows = PublishedReview.objects.using("public").filter(id=Slot(0))
    return rows.annotate(log_head=log_head()).values_list("status", "body", "log_head")


def entries_of(subject: UUID, what: str = "review") -> QuerySet[LogEntry]:
    """The entries about a review, or a "demand". The log has entries about other subjects too."""
    return LogEntry.objects.using("public").filter(subject=subject, kind__startswith=f"{what}.")
