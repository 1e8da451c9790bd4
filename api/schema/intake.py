"""JSON Schema of messages from readers, and of their receipts."""

from typing import Annotated, Any

from api.schema.bodies import TEXT, TEXT_OR_NULL, TIME, URL, described, object_of
from factcheck.record.statements.parts import Part, Reference, needed, told
from factcheck.record.statements.schema import sent
from factcheck.record.statements.values import Language, Line, Prose, WebAddressOrNull

Json = dict[str, Any]

_TIME_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_CONTACT = "How the newsroom can reach you. It is deleted with the message."


class CorrectedReview(Reference):
    """A live review of this site."""


class Tip(Part):
    """A claim to check."""

    text: Annotated[str, Prose(5000)] = needed(
        "", "The claim, and why you doubt it. At least 10 characters and at most five links."
    )
    language: Language = needed("", "BCP 47 tag. `und` when unknown.")
    url: WebAddressOrNull = told("", "Where the claim appeared.")
    contact: Annotated[str | None, Line(300)] = told("", _CONTACT)


class CorrectionRequest(Part):
    """A mistake in a published review."""

    review: CorrectedReview
    text: Annotated[str, Prose(5000)] = needed(
        "", "The mistake, and how the newsroom can verify it. At least 10 characters and at most five links."
    )
    language: Language = needed("", "BCP 47 tag. `und` when unknown.")
    url: WebAddressOrNull = told("", "Evidence.")
    contact: Annotated[str | None, Line(300)] = told("", _CONTACT)


MESSAGES: Json = {
    **sent(Tip, CorrectionRequest),
    "Receipt": object_of(
        "The confirmation of a message. The receipt is sent only once.",
        receipt=TEXT,
        url=described(URL, "The URL of the message's status."),
        kept_until=described(TIME, "When message, contact and receipt will be deleted at the latest."),
    ),
    "ReceiptStatus": object_of(
        "The status of a message, without its text.",
        kind={"type": "string", "enum": ["tip", "correction"]},
        status={"type": "string", "enum": ["waiting", "taken_up", "answered", "dismissed"]},
        received_at=TIME,
        decided_at=_TIME_OR_NULL,
        answer=described(TEXT_OR_NULL, "The newsroom's answer."),
        kept_until=TIME,
    ),
}
