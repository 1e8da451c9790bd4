"""JSON Schemas of readers' messages and their receipts."""

from typing import Annotated, Any

from api.schema.bodies import TEXT, TEXT_OR_NULL, TIME, URL, described, object_of
from factcheck.record.statements.parts import Part, Reference, optional, required
from factcheck.record.statements.schema import request_schemas
from factcheck.record.statements.values import Language, Line, Prose, Site, UrlOrNull

Json = dict[str, Any]

_TIME_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_CONTACT = "How the newsroom can contact you. Deleted together with the message."


class CorrectedReview(Reference):
    """A live review on this site."""


class AddressedNewsroom(Part):
    """A newsroom on this site."""

    site: Site = required("", "Host of the newsroom, as in `publisher.site`.")


class Tip(Part):
    """A claim to check."""

    text: Annotated[str, Prose(5000)] = required(
        "", "The claim, and why you doubt it. At least 10 characters, at most five links."
    )
    language: Language = required("", "BCP 47 tag. `und` if unknown.")
    url: UrlOrNull = optional("", "Where the claim appeared.")
    newsroom: AddressedNewsroom | None = optional(
        "", "The only newsroom whose editors can read the tip. Without a newsroom, the editors of every newsroom can."
    )
    contact: Annotated[str | None, Line(300)] = optional("", _CONTACT)


class CorrectionRequest(Part):
    """A mistake in a published review."""

    review: CorrectedReview
    text: Annotated[str, Prose(5000)] = required(
        "", "The mistake, and how the newsroom can verify it. At least 10 characters, at most five links."
    )
    language: Language = required("", "BCP 47 tag. `und` if unknown.")
    url: UrlOrNull = optional("", "The URL of evidence for the mistake.")
    contact: Annotated[str | None, Line(300)] = optional("", _CONTACT)


MESSAGES: Json = {
    **request_schemas(Tip, CorrectionRequest),
    "Receipt": object_of(
        "The confirmation of a message. The receipt is sent only once.",
        receipt=TEXT,
        url=described(URL, "The URL of the message's status."),
        kept_until=described(TIME, "The latest time at which the message, contact and receipt are deleted."),
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
