"""Claims with published reviews: the list, and each at its address."""

from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from rest_framework.request import Request

from api import responses
from api.endpoint import Endpoint, refuse_parameters
from api.filters import CLAIM_FILTERS
from api.keyset import Order
from api.lists import ListOptions, list_response, read_list_request, read_page
from api.schema.operations import documented
from factcheck.record.models import PublishedClaim, Status

CLAIMS = ListOptions(
    orders={
        "-published_at": Order("published_at", descending=True),
        "published_at": Order("published_at"),
        "-updated_at": Order("updated_at", descending=True),
        "updated_at": Order("updated_at"),
        "-claimed_on": Order("claimed_on", descending=True, nullable=True),
        "claimed_on": Order("claimed_on", nullable=True),
    },
    filters=CLAIM_FILTERS,
)


class ClaimList(Endpoint):
    @documented("list_claims", "Claims", "Claims that have a live review, newest first.", "ClaimList", CLAIMS)
    def get(self, request: Request) -> HttpResponse:
        asked = read_list_request(request._request, CLAIMS)
        page = read_page(asked, PublishedClaim.objects.using("public").filter(asked.condition, status=Status.LIVE))
        return list_response(request._request, page, [orjson.Fragment(body) for (body,) in page.rows])


class ClaimDetail(Endpoint):
    @documented(
        "get_claim", "Claims", "A claim as its newest live review has it, with its live reviews.", "ClaimOrTombstone"
    )
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        body = PublishedClaim.objects.using("public").filter(pk=claim_id).values_list("body", flat=True).first()
        if body is None:
            raise Http404
        return responses.respond(request._request, body.encode())
