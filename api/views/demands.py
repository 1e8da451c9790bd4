"""The register of demands to change or remove a review, with their outcomes."""

from uuid import UUID

from django.http import Http404, HttpResponse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.lists.pages import list_response, read_page
from api.lists.requests import ListOptions, read_list_request
from api.schema.item_fields import fields_of
from api.schema.operations import DOCUMENT_HEADERS, documented
from api.views.reviews import entries_of
from api.views.revisions import REVISIONS, find_revision, list_revisions, respond_revision
from factcheck.record.lists import published_lists
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.public_state import find_state

DEMANDS = ListOptions.of(published_lists.DEMANDS, fields=fields_of(bodies.Demand))


class DemandList(Endpoint):
    reads_log_head = False

    @documented(
        "list_demands", "Demands", "Demands to change or remove a review, newest first.", "DemandList",
        DEMANDS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, DEMANDS)
        return list_response(list_request, read_page(list_request))


class DemandDetail(Endpoint):
    @documented("get_demand", "Demands", "A demand as it currently appears in the register.", "Demand", missing=True)
    def get(self, request: Request, demand_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        state = find_state("demand", demand_id)
        if state is None:
            raise Http404
        return responses.respond(state.body)


class DemandRevisionList(Endpoint):
    @documented(
        "list_demand_revisions", "Demands", "All revisions of a demand, oldest first.",
        "DemandRevisionList", REVISIONS, missing=True,
    )  # fmt: skip
    def get(self, request: Request, demand_id: UUID) -> HttpResponse:
        list_request = read_list_request(request._request, REVISIONS)
        if not entries_of(demand_id, "demand").exists():
            raise Http404
        return list_revisions(list_request, demand_id, "demand")


class DemandRevisionDetail(Endpoint):
    @documented(
        "get_demand_revision", "Demands", "One revision, with the demand as of this revision.", "RevisionWithDemand",
        missing=True,
    )  # fmt: skip
    def get(self, request: Request, demand_id: UUID, number: int) -> HttpResponse:
        refuse_parameters(request)
        return respond_revision(*find_revision(demand_id, number, "demand"))


class DemandRevisionBytes(Endpoint):
    @documented(
        "get_demand_revision_document", "Demands",
        "The exact bytes of a demand. Their SHA-256 with the salt is the digest in the log.", "DemandDocument",
        missing=True, headers=DOCUMENT_HEADERS,
    )  # fmt: skip
    def get(self, request: Request, demand_id: UUID, number: int) -> HttpResponse:
        refuse_parameters(request)
        return responses.respond_document(*find_revision(demand_id, number, "demand"))
