"""Published reviews: the list, and single reviews at permanent URLs."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.http.problems import NOT_ACCEPTABLE, NOT_FOUND, Gone, Refused
from api.lists.pages import list_response
from api.lists.parameters import AsOf, read_detail_parameters, respond_with
from api.lists.requests import ListOptions, read_list_request
from api.lists.search_pages import read_searched
from api.schema.item_fields import fields_of
from api.schema.operations import FIELDS, documented
from factcheck.record.lists import published_lists
from factcheck.record.models import LogEntry, RevisionDocument, Status
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.claimreview import MEDIA_TYPE as LINKED_DATA
from factcheck.record.readmodel.claimreview import claim_review_document
from factcheck.record.readmodel.comparable_verdicts import mapped_verdicts
from factcheck.record.readmodel.public_state import PublicState, find_state
from factcheck.record.readmodel.revisions import last_notice, notice_in
from factcheck.tools.budget import current

DISOWNED = "Factcheck-Disowned"
_DISOWNED = "The entry with which the newsroom declared that it doesn't vouch for the current revision. Usually absent."
MAPPED = "Factcheck-Mapped-Verdict"
_MAPPED = (
    "The verdict to which two people have mapped the publisher's words, their newsroom and the entry. Often absent."
)
REVIEWS = ListOptions.of(published_lists.REVIEWS, searched=True, fields=fields_of(bodies.Review))


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
            current().is_cacheable = True
        return list_response(list_request, page, meta=meta)


class ReviewDetail(Endpoint):
    reads_log_head = False

    @documented(
        "get_review", "Reviews", "The current version of a review, or the tombstone of a withdrawn review.",
        "ReviewOrTombstone", missing=True, gone=True, as_of=True, extra=[FIELDS],
        headers={DISOWNED: _DISOWNED, MAPPED: _MAPPED},
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        as_of, mask = read_detail_parameters(request._request, REVIEWS.fields)
        current().is_cacheable = True
        state = find_review(review_id, as_of)
        if state.status == Status.ERASED:
            raise Gone(notice_in(state.body))
        disowned = {} if state.disowned_by is None else {DISOWNED: str(state.disowned_by)}
        headers = {**disowned, **(as_of.headers if as_of else _mapped(state))}
        return responses.respond(respond_with(mask, state.body), headers=headers)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except NotAcceptable:
            address = settings.SITE_URL + reverse("api:review-claimreview", args=[kwargs["review_id"]])
            headers = {"Link": f'<{address}>; rel="alternate"; type="{LINKED_DATA}"'}
            raise Refused(
                NOT_ACCEPTABLE, f"This URL only returns JSON. For JSON-LD, request {address}", headers=headers
            ) from None


class ReviewAsClaimReview(Endpoint):
    reads_log_head = False
    media_type = LINKED_DATA

    @documented(
        "get_claim_review", "Reviews", "A live review as schema.org ClaimReview. 404 if withdrawn.",
        "ClaimReview", missing=True, gone=True, as_of=True, media_type=LINKED_DATA,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        as_of, _ = read_detail_parameters(request._request, ())
        state = find_review(review_id, as_of)
        if state.status == Status.ERASED:
            raise Gone(notice_in(state.body))
        if state.status == Status.WITHDRAWN or state.disowned_by is not None:
            gone = "withdrawn" if state.status == Status.WITHDRAWN else "disowned by its newsroom"
            raise Refused(NOT_FOUND, f"This review has been {gone} and no longer has a ClaimReview. Remove your copy.")
        return responses.respond(claim_review_document(state.body), LINKED_DATA, as_of.headers if as_of else None)


def _mapped(state: PublicState) -> dict[str, str]:
    """Return the header with the verdict to which two people have mapped the publisher's words, if they have."""
    found = mapped_verdicts([state.body.decode()] if state.status == Status.LIVE else [])
    words = "{0.scale}:{0.slug}; by={0.mapped_by.site}; entry={0.mapped_by.sequence}"
    return {MAPPED: words.format(*found.values())} if found else {}


def find_review(review_id: UUID, as_of: AsOf | None = None) -> PublicState:
    """Return the public state. Raise Http404, or Gone if the content has been erased since `as_of`.

    Also set the log's head in the request's budget. The head is never newer than the result.
    """
    try:
        state = find_state("review", review_id, as_of.sequence if as_of else None, responses.fetch)
    except RevisionDocument.DoesNotExist:
        raise Gone(last_notice(review_id)) from None
    if state is None:
        raise Http404
    return state


def entries_of(subject: UUID, what: str = "review") -> QuerySet[LogEntry]:
    """Return the log entries about a review or, if `what` is "demand", about a demand."""
    return LogEntry.objects.using("public").filter(subject=subject, kind__startswith=f"{what}.")
