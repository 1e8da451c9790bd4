"""Messages from readers about claims to check and mistakes in reviews, and a message's status by its receipt."""

from typing import ClassVar

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from api import intake
from api.http.endpoint import refuse_parameters
from api.http.private_endpoint import PrivateEndpoint, answer
from api.http.request_bodies import read_content, read_object
from api.schema.intake import CorrectionRequest, Tip
from api.schema.writing import documented_private
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.statements.parts import Part
from factcheck.server.networks import address_of

MAX_CONTENT = 64 * 1024  # bytes, which is enough for 5,000 characters as JSON escapes, and for the other keys


class _MessageIn(PrivateEndpoint):
    http_method_names = ["options", "post"]
    model: ClassVar[type[Part]]
    kind: ClassVar[str]

    def receive(self, request: Request) -> HttpResponse:
        refuse_parameters(request)
        body = read_object(read_content(request._request, MAX_CONTENT), self.model)
        receipt, kept_until = intake.receive_message(self.kind, body, address_of(request._request))
        url = settings.SITE_URL + reverse("api:receipt", args=[receipt])
        return answer({"receipt": receipt, "url": url, "kept_until": rfc3339(kept_until)}, 201)


class TipIn(_MessageIn):
    model, kind = Tip, "tip"

    @documented_private(
        "send_tip", "Messages", "Sends a claim to check.", "Receipt", status=201, body="Tip", token=False,
        never=[404, 409],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return self.receive(request)


class CorrectionRequestIn(_MessageIn):
    model, kind = CorrectionRequest, "correction"

    @documented_private(
        "send_correction_request", "Messages", "Reports a mistake in a published review.", "Receipt", status=201,
        body="CorrectionRequest", token=False, never=[404, 409],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return self.receive(request)


class Receipt(PrivateEndpoint):
    @documented_private("get_receipt", "Messages", "The status of a message.", "ReceiptStatus", token=False)
    def get(self, request: Request, receipt: str) -> HttpResponse:
        refuse_parameters(request)
        found = intake.status_of(receipt)
        if found is None:
            raise Http404
        return answer(found)
