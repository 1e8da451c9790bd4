"""The register of demands: who demanded that a review be changed or removed, and what came of it."""

from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from rest_framework.request import Request

from api import responses
from api.endpoint import Endpoint, refuse_parameters
from api.filters import DEMAND_FILTERS
from api.keyset import Order
from api.list_pages import list_response, read_page
from api.lists import ListOptions, read_list_request
from api.schema.operations import DOCUMENT_HEADERS, documented
from api.views.revisions import REVISIONS, list_revisions, metadata_of
from factcheck.record.canonical import respelled
from factcheck.record.models import LogEntry, PublishedDemand, RevisionDocument
from factcheck.record.register import demand_body

DEMANDS = ListOptions(
    orders={
        "-published_at": Order("published_at", descending=True),
        "published_at": Order("published_at"),
        "-updated_at": Order("updated_at", descending=True),
        "updated_at": Order("updated_at"),
        "-received_on": Order("received_on", descending=True),
        "received_on": Order("received_on"),
    },
    filters=DEMAND_FILTERS,
    rows=lambda condition: PublishedDemand.objects.using("public").filter(condition),
)


class DemandList(Endpoint):
    asks_for_head = False

    @documented(
        "list_demands", "Demands", "Demands to change or remove a review, the newest entries first.", "DemandList",
        DEMANDS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        asked = read_list_request(request._request, DEMANDS)
        page = read_page(asked)
        return list_response(request._request, page, [orjson.Fragment(body) for (body,) in page.rows])


class DemandDetail(Endpoint):
    @documented("get_demand", "Demands", "A demand as the register has it now.", "Demand", missing=True)
    def get(self, request: Request, demand_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        found = PublishedDemand.objects.using("public").filter(pk=demand_id).values_list("body", flat=True).first()
        if found is None:
            raise Http404
        return responses.respond(request._request, found.encode())


class DemandRevisionList(Endpoint):
    @documented(
        "list_demand_revisions", "Demands", "Everything that the register has said of a demand, oldest first.",
        "DemandRevisionList", REVISIONS, missing=True,
    )  # fmt: skip
    def get(self, request: Request, demand_id: UUID) -> HttpResponse:
        asked = read_list_request(request._request, REVISIONS)
        entries = _entries(demand_id)
        if not entries.exists():
            raise Http404
        return list_revisions(asked, entries, "api:demand-revision")


class DemandRevisionDetail(Endpoint):
    @documented(
        "get_demand_revision", "Demands", "One revision, with what the register said then.", "RevisionWithDemand",
        missing=True,
    )  # fmt: skip
    def get(self, request: Request, demand_id: UUID, number: int) -> HttpResponse:
        refuse_parameters(request)
        entry, row = _find_revision(demand_id, number)
        document = orjson.loads(bytes(row.document))
        said = orjson.Fragment(respelled(demand_body(entry, document)))
        metadata = metadata_of(entry, document, "api:demand-revision")
        return responses.respond(request._request, orjson.dumps(metadata | {"demand": said}))


class DemandRevisionBytes(Endpoint):
    @documented(
        "get_demand_revision_document", "Demands",
        "The exact bytes: SHA-256 over the salt's bytes and these is the digest in the log.", "DemandDocument",
        missing=True, headers=DOCUMENT_HEADERS,
    )  # fmt: skip
    def get(self, request: Request, demand_id: UUID, number: int) -> HttpResponse:
        refuse_parameters(request)
        return responses.respond_document(request._request, *_find_revision(demand_id, number))


def _find_revision(demand_id: UUID, number: int) -> tuple[LogEntry, RevisionDocument]:
    """Raises Http404."""
    entry = _entries(demand_id).filter(number=number).select_related("revision_document").first()
    if entry is None:
        raise Http404
    return entry, entry.revision_document


def _entries(demand_id: UUID) -> QuerySet[LogEntry]:
    return LogEntry.objects.using("public").filter(subject=demand_id, kind__startswith="demand.")
