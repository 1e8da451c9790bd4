"""The revisions of a review: their publication times, and the bytes behind their digests in the log."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.problems import Gone
from api.lists.pages import list_response, read_page
from api.lists.requests import ListOptions, ListRequest, read_list_request
from api.schema import lists
from api.schema.operations import DOCUMENT_HEADERS, documented
from api.views.reviews import entries_of, find_review
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.lists.pages import Order
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.readmodel.bodies import Document
from factcheck.record.readmodel.review_rows import body_of
from factcheck.record.readmodel.revisions import DISOWNED_BY, in_revision, last_notice, notice_in
from factcheck.record.statements.output import read

REVISIONS = ListOptions(
    LogEntry.objects.using("public").annotate(
        note=in_revision("note"), change_class=in_revision("class"), document=F("revision_document"), **DISOWNED_BY
    ),
    orders={"number": Order("number", tie="sequence")},
)
_OF_DOCUMENTS = ("note", "change_class", "disowned_by", "revision_document")
COLUMNS = ("number", "sequence", "kind", "at", "subject", "digest", *_OF_DOCUMENTS)
_ROUTES = {"reviews": "api:revision", "demands": "api:demand-revision"}
AnyRevision = TypeVar("AnyRevision", bound=lists.Revision)


class RevisionList(Endpoint):
    @documented(
        "list_revisions", "Revisions", "All revisions of a review, oldest first.", "RevisionList", REVISIONS,
        missing=True,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        list_request = read_list_request(request._request, REVISIONS)
        find_review(review_id)
        return list_revisions(list_request, review_id)


class RevisionDetail(Endpoint):
    @documented(
        "get_revision", "Revisions", "One revision, with the review as of this revision.", "RevisionWithReview",
        missing=True, gone=True,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID, number: int) -> HttpResponse:
        refuse_parameters(request)
        entry, row = find_revision(review_id, number)
        if entry.kind == LogEntry.Kind.ERASURE:
            raise Gone(notice_in(bytes(row.document)))
        return respond_revision(entry, row)


class RevisionBytes(Endpoint):
    @documented(
        "get_revision_document", "Revisions",
        "The exact bytes of a revision. Their SHA-256 with the salt is the digest in the log.", "Document",
        missing=True, gone=True, headers=DOCUMENT_HEADERS,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID, number: int) -> HttpResponse:
        refuse_parameters(request)
        return responses.respond_document(*find_revision(review_id, number))


def find_revision(subject: UUID, number: int, what: str = "review") -> tuple[LogEntry, RevisionDocument]:
    """Return a log entry and its document.

    Raise Http404 if there is no such entry, and Gone if the document was erased. Raise DamagedError if the document
    doesn't match its digest.
    """
    entries = entries_of(subject, what).select_related("revision_document").annotate(**DISOWNED_BY)
    entry = get_object_or_404(entries, number=number)
    try:
        row = entry.revision_document
    except RevisionDocument.DoesNotExist:
        raise Gone(last_notice(subject)) from None
    row.checked()
    return entry, row


def list_revisions(list_request: ListRequest, subject: UUID, what: str = "review") -> HttpResponse:
    """Return a page of the log entries about a review or, if `what` is "demand", about a demand."""
    condition = "subject = %s AND kind LIKE %s", [subject, f"{what}.%"]
    page = read_page(list_request, [*COLUMNS[:-1], "document"], condition)
    model = lists.Revision if what == "review" else lists.DemandRevision
    results = [_revision(model, **dict(zip(COLUMNS, row, strict=True))).model_dump() for row in page.rows]
    return list_response(list_request, page, results)


def respond_revision(entry: LogEntry, row: RevisionDocument) -> HttpResponse:
    """Return a revision, with the review or demand as it was served at the time."""
    document = row.checked()
    revision = read(Document, document).revision
    change = {"note": revision.note, "change_class": revision.class_}
    known = {column: getattr(entry, column) for column in COLUMNS if column not in change} | change
    served = orjson.Fragment(body_of(entry, document))
    if entry.is_of_review:
        return responses.respond(_revision(lists.RevisionWithReview, **known, review=served).to_json())
    return responses.respond(_revision(lists.RevisionWithDemand, **known, demand=served).to_json())


def _revision(
    model: type[AnyRevision], *, subject: UUID, kind: str, at: datetime, change_class: str | None, **more: Any
) -> AnyRevision:
    section = "demands" if issubclass(model, lists.DemandRevision) else "reviews"
    address = settings.SITE_URL + reverse(_ROUTES[section], args=[subject, more["number"]])
    return model(
        kind=kind.partition(".")[2],
        class_=change_class,
        at=rfc3339(at),
        url=address,
        document_url=None if more.pop("revision_document") is None else f"{address}document/",
        proof_url=settings.SITE_URL + reverse("proof", args=[section, subject, more["number"]]),
        **more,
    )
