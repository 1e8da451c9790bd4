"""The difference between two revisions as a JSON Patch (RFC 6902)."""

from typing import Any
from uuid import UUID

import jsonpatch
import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.negotiation import JSON, JSON_PATCH
from api.http.problems import Gone
from api.schema.operations import documented
from api.views.revisions import find_revision
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.revisions import notice_in

MEDIA_TYPE = "application/json-patch+json"


class Difference(Endpoint):
    media_types = (JSON_PATCH, JSON)

    @documented(
        "get_difference", "Revisions",
        "A JSON Patch (RFC 6902) that turns one revision's document into another's.", "JsonPatch",
        missing=True, gone=True, media_type=MEDIA_TYPE,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID, number: int, other: int) -> HttpResponse:
        refuse_parameters(request)
        patch = difference(_document(review_id, number), _document(review_id, other))
        return responses.respond(orjson.dumps(patch), MEDIA_TYPE)


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations, in the order to apply them."""
    operations: list[dict[str, Any]] = jsonpatch.make_patch(before, after).patch
    return operations


def _document(review_id: UUID, number: int) -> dict[str, Any]:
    """Return the document of a revision. Raises Http404, or Gone for erased revisions and erasure notices."""
    entry, row = find_revision(review_id, number)
    if entry.kind == LogEntry.Kind.ERASURE:
        raise Gone(notice_in(bytes(row.document)))
    return row.parsed()
