"""The statement about a demand to change or remove a review, as published in the register."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from pydantic import Field

from factcheck.record.formats.text import clean_text
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.parts import Part, Reference, optional, required
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import (
    Choices,
    Day,
    DayOrNull,
    Id,
    Language,
    Line,
    NameOrNull,
    OneOf,
    Prose,
    Rule,
    Url,
)

MAX_HOURS = 10_000
_ZONED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:[0-9]{2}|Z)")
_COUNTRY = re.compile("[A-Z]{2}")


class From(Choices):
    STATE_BODY = "state_body", _("state body")
    POLICE = "police", _("police")
    COURT = "court", _("court")
    COMPANY = "company", _("company or organisation")
    PERSON = "person", _("private person")


class Outcome(Choices):
    OPEN = "open", _("not decided yet")
    COMPLIED = "complied", _("done as demanded")
    PARTLY = "partly", _("done in part")
    REFUSED = "refused", _("refused")
    DROPPED = "dropped", _("taken back by the sender")  # "withdrawn" is used for reviews


class Channel(Choices):
    LETTER = "letter", _("letter")
    EMAIL = "email", _("e-mail")
    TELEPHONE = "telephone", _("telephone")
    VISIT = "visit", _("visit")
    COURT = "court", _("through a court")


class DemandKind(Choices):
    REMOVE = "remove", _("remove something")
    CHANGE = "change", _("change something")
    BLOCK = "block", _("block access")
    USERS_DATA = "users_data", _("hand over users’ data")
    SOURCE_NAME = "source_name", _("name a source")
    APOLOGY = "apology", _("apologise")
    STOP_REPORTING = "stop_reporting", _("stop reporting")


def read_received_at(text: str) -> str | None:
    """Return a date and a time with a zone in RFC 3339. Seconds are optional in the input."""
    text = clean_text(text).upper()
    text = text if "T" in text else text.replace(" ", "T", 1)
    text = text.replace(" ", "")
    if not text:
        return None
    with suppress(ValueError):
        if _ZONED.fullmatch(text):
            return datetime.fromisoformat(text).isoformat(timespec="seconds")
    raise InvalidValue("zoned_moment")


def read_country(text: str) -> str | None:
    """Return a two-letter country code (ISO 3166-1)."""
    code = clean_text(text).upper()
    if code and not _COUNTRY.fullmatch(code):
        raise InvalidValue("country")
    return code or None


RECEIVED_AT = Rule(read_received_at, {"format": "date-time"}, 25)
COUNTRY = Rule(read_country, {"pattern": "^[A-Z]{2}$"}, 2)


class Law(Part):
    """The law that the demand is based on."""

    country: Annotated[str, COUNTRY] = required(_("country of the law"), "Two-letter country code (ISO 3166-1).", "VN")
    act: Annotated[str, Line(500)] = required(_("act"), "Name or number of the act.", "116/2025/QH15")
    article: NameOrNull = optional(_("article"), "Article, clause and point.", "Article 25")


class DemandedBy(Part):
    """The sender of the demand. A private person is described, not named."""

    type: Annotated[str, OneOf(From)] = required(_("from"), "Kind of sender.", "state_body")
    name: NameOrNull = optional(_("name"), "Name of a body, court or company.", "Department of Information")
    description: Annotated[str | None, Line(1000)] = optional(
        _("description"), "Description of a private person, instead of a name.", "somebody shown in the video"
    )


class DemandedReview(Reference):
    """The review that the demand is about."""


class Demand(Part):
    """A demand to change or remove a review."""

    id: Id = required("", "Never changes.")
    language: Language = required(_("language"), "Language of the texts.", "vi")
    from_: DemandedBy = Field(alias="from", description="The sender of the demand.")
    received_on: Day = required(_("received on"), "Date on which the newsroom received the demand.", "2026-10-05")
    received_at: Annotated[str | None, RECEIVED_AT] = optional(
        _("time of receipt"), "RFC 3339 with a time zone. Null if only the date is known.", "2026-10-05T09:30:00+07:00"
    )
    channel: Annotated[str | None, OneOf(Channel)] = optional(_("channel"), "How the demand arrived.", "telephone")
    kinds: list[Annotated[str, OneOf(DemandKind)]] = optional(
        _("kinds of demand"),
        "The demanded actions.",
        ["remove", "users_data"],
        list,
        max_items=len(DemandKind),
    )
    hours_given: Annotated[int | None, Field(ge=0, le=MAX_HOURS)] = optional(
        _("hours given"), "Number of hours that the newsroom was given to comply.", 24
    )
    law: Law | None = optional("", "The law that the demand is based on.")
    legal_basis: Annotated[str | None, Prose(2000)] = optional(
        _("legal basis"),
        "Law and article as the demand cites them. Null if the demand cites none.",
        "Article 25 of Law 116/2025/QH15",
    )
    asked: Annotated[str | None, Prose(10_000)] = optional(_("what was asked"), "The text of the demand.")
    review: DemandedReview | None = optional(_("review"), "The review that the demand is about.")
    done: Annotated[str | None, Prose(10_000)] = optional(_("what we did"), "The newsroom's response.")
    done_on: DayOrNull = optional(_("done on"), "Date of the newsroom's response.", "2026-10-06")
    outcome: Annotated[str, OneOf(Outcome)] = required(
        _("outcome"), "Outcome of the demand. `dropped` means that the sender withdrew the demand.", "refused"
    )
    withheld: Annotated[str | None, Prose(2000)] = optional(
        _("why something is left out"),
        "Why details are left out that the law forbids repeating. Name, description, demand and law may then be null.",
    )
    delayed_until: DayOrNull = optional(
        _("not public before"), "The entry wasn't public before this date, because of a law or a risk."
    )
    publisher: Publisher = required(_("publisher"), "The newsroom that received the demand.")
    license: Url = required(_("licence"), "The licence of this document.")
