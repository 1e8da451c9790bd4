"""What the register says of a demand to change or remove a review."""

from typing import Annotated

from pydantic import Field

from factcheck.record.statements.parts import Part, Reference, needed, told
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import (
    Day,
    DayOrNull,
    Id,
    Language,
    Line,
    NameOrNull,
    OneOf,
    Prose,
    WebAddress,
    Words,
)


class From(Words):
    STATE_BODY = "state_body", _("state body")
    POLICE = "police", _("police")
    COURT = "court", _("court")
    COMPANY = "company", _("company or organisation")
    PERSON = "person", _("private person")


class Outcome(Words):
    OPEN = "open", _("not decided yet")
    COMPLIED = "complied", _("done as demanded")
    PARTLY = "partly", _("done in part")
    REFUSED = "refused", _("refused")
    DROPPED = "dropped", _("taken back by whoever made it")  # "withdrawn" is a word for reviews


class DemandedBy(Part):
    """Who made it. A private person is described, not named."""

    type: Annotated[str, OneOf(From)] = needed(_("from"), "What kind of body or person made it.", "state_body")
    name: NameOrNull = told(_("name"), "Of a body, court or company.", "Department of Information")
    description: Annotated[str | None, Line(1000)] = told(
        _("description"), "Of a private person instead of a name.", "somebody shown in the video"
    )


class DemandedReview(Reference):
    """The review that it is about."""


class Demand(Part):
    """A demand to change or remove a review."""

    id: Id = needed("", "The same for ever.")
    language: Language = needed(_("language"), "Of the texts.", "vi")
    from_: DemandedBy = Field(alias="from", description="Who made it.")
    received_on: Day = needed(_("received on"), "The day on which it came.", "2026-10-05")
    legal_basis: Annotated[str | None, Prose(2000)] = told(
        _("legal basis"),
        "Law and article, as the demand gives it. Null if it gives none.",
        "Article 25 of Law 116/2025/QH15",
    )
    asked: Annotated[str | None, Prose(10_000)] = told(_("what was asked"), "What was asked.")
    review: DemandedReview | None = told(_("review"), "The review that it is about.")
    done: Annotated[str | None, Prose(10_000)] = told(_("what we did"), "What the newsroom did.")
    done_on: DayOrNull = told(_("done on"), "The day on which it was done.", "2026-10-06")
    outcome: Annotated[str, OneOf(Outcome)] = needed(
        _("outcome"), "What came of it. `dropped`: taken back by whoever made it.", "refused"
    )
    withheld: Annotated[str | None, Prose(2000)] = told(
        _("why something is left out"),
        "Why something is left out that the law forbids to repeat. Name, description, demand and law may then be null.",
    )
    delayed_until: DayOrNull = told(
        _("not public before"), "The day before which the entry wasn't public, if the law or a danger made it wait."
    )
    publisher: Publisher = needed(_("publisher"), "The newsroom that received it.")
    license: WebAddress = needed(_("licence"), "The licence of this document.")
