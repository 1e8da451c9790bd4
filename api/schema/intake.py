"""JSON Schema of what anybody may send in, and of the receipt."""

from typing import Annotated, Any

from api.schema.bodies import MOMENT, TEXT, TEXT_OR_NULL, URL, about, keys
from factcheck.record.statements.parts import Part, Reference, needed, told
from factcheck.record.statements.schema import sent
from factcheck.record.statements.values import Language, Line, Prose, WebAddressOrNull

Json = dict[str, Any]

_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_CONTACT = "Where the newsroom may ask back; deleted with the message."


class CorrectedReview(Reference):
    """A live review of this site."""


class Tip(Part):
    """A claim to check."""

    text: Annotated[str, Prose(5000)] = needed(
        "", "What was said, and what is doubtful about it; 10 characters at least, five links at most."
    )
    language: Language = needed("", "BCP 47 tag. `und` when unknown.")
    url: WebAddressOrNull = told("", "Where it was said.")
    contact: Annotated[str | None, Line(300)] = told("", _CONTACT)


class CorrectionRequest(Part):
    """A mistake in a published review."""

    review: CorrectedReview
    text: Annotated[str, Prose(5000)] = needed(
        "", "What is wrong and how it can be known; 10 characters at least, five links at most."
    )
    language: Language = needed("", "BCP 47 tag. `und` when unknown.")
    url: WebAddressOrNull = told("", "Evidence.")
    contact: Annotated[str | None, Line(300)] = told("", _CONTACT)


MESSAGES: Json = {
    **sent(Tip, CorrectionRequest),
    "Receipt": keys(
        "That it was received. The receipt is shown this once.",
        receipt=TEXT,
        url=about(URL, "Where its status can be asked for."),
        kept_until=about(MOMENT, "When the message, the contact and the receipt are deleted at the latest."),
    ),
    "ReceiptStatus": keys(
        "What became of a message; nothing of what it said.",
        kind={"type": "string", "enum": ["tip", "correction"]},
        status={"type": "string", "enum": ["waiting", "taken_up", "answered", "dismissed"]},
        received_at=MOMENT,
        decided_at=_MOMENT_OR_NULL,
        answer=about(TEXT_OR_NULL, "The newsroom's answer."),
        kept_until=MOMENT,
    ),
}
