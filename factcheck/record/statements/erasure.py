"""What the public is told in place of what was erased."""

from typing import Annotated

from factcheck.record.statements.parts import Part, needed
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import Id, Name, OneOf, Prose, Site, WebAddress, Words


class Ground(Words):
    """Why something published may be erased."""

    COURT_ORDER = "court_order", _("a court’s order")
    PERSONAL_DATA = "personal_data", _("a private person’s data")
    LAW = "law", _("another legal duty")
    OTHER = "other", _("another reason")


class ErasingNewsroom(Part):
    """Who answers for the erasure."""

    name: Name = needed("", "Its name.", "Example Check")
    site: Site = needed("", "Host without `www.`", "check.example")


class ErasureNotice(Part):
    """What the public is told in place of what was erased."""

    ground: Annotated[str, OneOf(Ground)] = needed(
        "",
        "Why it had to go: a court order, a private person’s data, another legal duty, or another reason.",
        "court_order",
    )
    text: Annotated[str, Prose(2000)] = needed(
        "", "The public notice, the same as `detail`.", "Erased for a private person."
    )
    redaction: bool = needed(
        "",
        "True: a revision without what had to go may follow at the same address. Earlier revisions stay erased.",
        False,
    )
    newsroom: ErasingNewsroom = needed(
        "", "Who answers for the erasure. Of an imported review that isn't its publisher."
    )


class Erasure(Part):
    """The notice of an erasure."""

    id: Id = needed("", "The review that was erased.")
    notice: ErasureNotice = needed("", "What the public is told.")
    license: WebAddress = needed("", "The licence of this document.")
