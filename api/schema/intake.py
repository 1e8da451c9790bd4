"""Readers' messages and their receipts."""

from typing import Annotated

from pydantic import WithJsonSchema

from factcheck.record.statements.output import Output, SiteUrl, Time
from factcheck.record.statements.parts import Part, Reference, optional, required
from factcheck.record.statements.values import Language, Line, Prose, Site, UrlOrNull

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


class Receipt(Output):
    """The confirmation of a message. The receipt is sent only once."""

    receipt: str
    url: SiteUrl
    """The URL of the message's status."""
    kept_until: Time
    """The latest time at which the message, contact and receipt are deleted."""


class ReceiptStatus(Output):
    """The status of a message, without its text."""

    kind: Annotated[str, WithJsonSchema({"type": "string", "enum": ["tip", "correction"]})]
    status: Annotated[str, WithJsonSchema({"type": "string", "enum": ["waiting", "taken_up", "answered", "dismissed"]})]
    received_at: Time
    decided_at: Annotated[str | None, WithJsonSchema({"type": ["string", "null"], "format": "date-time"})]
    answer: str | None
    """The newsroom's answer."""
    kept_until: Time
