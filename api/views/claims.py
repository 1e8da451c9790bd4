"""Claims with published reviews: the list, and single claims."""

from uuid import UUID

from django.http import Http404, HttpResponse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.lists.pages import list_response
from api.lists.parameters import read_detail_parameters, respond_with
from api.lists.requests import ListOptions, read_list_request
from api.lists.search_pages import read_searched
from api.schema.item_fields import fields_of
from api.schema.operations import FIELDS, documented
from factcheck.record.formats.urls import claim_url
from factcheck.record.lists import published_lists
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.public_state import find_claim
from factcheck.tools.budget import current

CLAIMS = ListOptions.of(published_lists.CLAIMS, searched=True, fields=fields_of(bodies.Claim))


class ClaimList(Endpoint):
    reads_log_head = False

    @documented(
        "list_claims", "Claims", "Claims that have a live review, newest first. With `q`, the best matches come first.",
        "ClaimList", CLAIMS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, CLAIMS)
        page, meta = read_searched(list_request)
        if meta is None:  # `meta` depends on how long the search took
            current().is_cacheable = True
        return list_response(list_request, page, meta=meta)


class ClaimDetail(Endpoint):
    @documented(
        "get_claim", "Claims", "A claim, as stated in its newest live review, with its live reviews.",
        "ClaimOrTombstone",
        missing=True, as_of=True, extra=[FIELDS],
        moved="The claim has been merged into another claim, which is at `Location`.",
    )  # fmt: skip
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        as_of, mask = read_detail_parameters(request._request, CLAIMS.fields)
        current().is_cacheable = True
        body, home = find_claim(claim_id, as_of.sequence if as_of else None)
        if home != claim_id:
            return responses.redirect(request._request, claim_url(home))
        if body is None:
            raise Http404
        return responses.respond(respond_with(mask, body.encode()), headers=as_of.headers if as_of else None)
