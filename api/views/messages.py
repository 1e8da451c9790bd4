"""Messages from readers about claims to check and mistakes in reviews, and a message's status by its receipt."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import CreateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import intake
from api.http.request_bodies import StatementSerializer
from api.schema import intake as intake_bodies
from api.schema.intake import CorrectionRequest, Tip
from api.views.private import PrivateView
from factcheck.record.formats.canonical import rfc3339
from factcheck.web.networks import address_of


class _Message(StatementSerializer):
    kind: ClassVar[str]

    def create(self, values: dict[str, Any]) -> intake_bodies.Receipt:
        address = address_of(self.context["request"]._request)
        receipt, kept_until = intake.receive_message(self.kind, values, address)
        url = settings.SITE_URL + reverse("api:receipt", args=[receipt])
        return intake_bodies.Receipt(receipt=receipt, url=url, kept_until=rfc3339(kept_until))

    def to_representation(self, receipt: intake_bodies.Receipt) -> Any:
        return receipt.model_dump()


class _Tip(_Message):
    statement, kind = Tip, "tip"


class _CorrectionRequest(_Message):
    statement, kind = CorrectionRequest, "correction"


class _MessageIn(CreateModelMixin, PrivateView):
    tag, components = "Messages", {"create": "Receipt"}
    max_content = 64 * 1024  # bytes, which is enough for 5,000 characters as JSON escapes, and for the other keys


@extend_schema_view(create=extend_schema("send_tip", summary="Sends a claim to check."))
class TipIn(_MessageIn):
    serializer_class = _Tip


@extend_schema_view(create=extend_schema("send_correction_request", summary="Reports a mistake in a published review."))
class CorrectionRequestIn(_MessageIn):
    serializer_class = _CorrectionRequest


class Receipt(PrivateView):
    tag, components = "Messages", {"retrieve": "ReceiptStatus"}

    @extend_schema("get_receipt", summary="The status of a message.")
    def retrieve(self, request: Request, receipt: str) -> Response:
        found = intake.status_of(receipt)
        if found is None:
            raise Http404
        message, about = found
        status = intake_bodies.ReceiptStatus(
            kind=about.kind,
            status=about.state,
            received_at=rfc3339(message.received_at),
            decided_at=rfc3339(about.decided_at) if about.decided_at else None,
            answer=about.answer or None,
            kept_until=rfc3339(intake.kept_until(about.received_at)),
        )
        return Response(status.model_dump())
