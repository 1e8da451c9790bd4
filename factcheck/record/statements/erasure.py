"""The public notice that replaces an erased review."""

from typing import Annotated

from factcheck.record.statements.parts import Part, required
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import Choices, Id, Name, OneOf, Prose, Site, Url


class Ground(Choices):
    """Grounds for an erasure."""

    COURT_ORDER = "court_order", _("a court’s order")
    PERSONAL_DATA = "personal_data", _("a private person’s data")
    LAW = "law", _("another legal duty")
    OTHER = "other", _("another reason")


class ErasingNewsroom(Part):
    """The newsroom responsible for the erasure."""

    name: Name = required("", "Name of the newsroom.", "Example Check")
    site: Site = required("", "Host without `www.`", "check.example")


class ErasureNotice(Part):
    """The public notice of an erasure."""

    ground: Annotated[str, OneOf(Ground)] = required(
        "",
        "Ground: a court order, a private person’s data, another legal duty, or another reason.",
        "court_order",
    )
    text: Annotated[str, Prose(2000)] = required(
        "", "The public notice. In error responses, `detail` is the same text.", "Erased for a private person."
    )
    redaction: bool = required(
        "",
        "True if a redacted revision may follow at the same URL. Earlier revisions stay erased.",
        False,
    )
    newsroom: ErasingNewsroom = required(
        "", "The newsroom responsible for the erasure. For an imported review, it isn't the publisher."
    )


class Erasure(Part):
    """The notice of an erasure."""

    id: Id = required("", "The erased review.")
    notice: ErasureNotice = required("", "The public notice.")
    license: Url = required("", "The licence of this document.")
