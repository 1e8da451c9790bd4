"""What the register says of a demand to change or remove a review."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from pydantic import Field

from factcheck.record.formats.text import clean_text
from factcheck.record.statements.faults import Wrong
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
    Rule,
    WebAddress,
    Words,
)

MAX_HOURS = 10_000
_ZONED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:[0-9]{2}|Z)")
_COUNTRY = re.compile("[A-Z]{2}")


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


class Channel(Words):
    LETTER = "letter", _("letter")
    EMAIL = "email", _("e-mail")
    TELEPHONE = "telephone", _("telephone")
    VISIT = "visit", _("visit")
    COURT = "court", _("through a court")


class DemandKind(Words):
    REMOVE = "remove", _("remove something")
    CHANGE = "change", _("change something")
    BLOCK = "block", _("block access")
    USERS_DATA = "users_data", _("hand over users’ data")
    SOURCE_NAME = "source_name", _("name a source")
    APOLOGY = "apology", _("apologise")
    STOP_REPORTING = "stop_reporting", _("stop reporting")


def read_received_at(text: str) -> str | None:
    """A day, a time and its zone, such as "2026-10-05T09:30+07:00" (RFC 3339, seconds may be absent)."""
    text = clean_text(text).upper()
    text = text if "T" in text else text.replace(" ", "T", 1)
    text = text.replace(" ", "")
    if not text:
        return None
    with suppress(ValueError):
        if _ZONED.fullmatch(text):
            return datetime.fromisoformat(text).isoformat(timespec="seconds")
    raise Wrong("zoned_moment")


def read_country(text: str) -> str | None:
    """Two letters of ISO 3166-1."""
    code = clean_text(text).upper()
    if code and not _COUNTRY.fullmatch(code):
        raise Wrong("country")
    return code or None


RECEIVED_AT = Rule(read_received_at, {"format": "date-time"}, 25)
COUNTRY = Rule(read_country, {"pattern": "^[A-Z]{2}$"}, 2)


class Law(Part):
    """The law on which the demand rests."""

    country: Annotated[str, COUNTRY] = needed(_("country of the law"), "Two letters of ISO 3166-1.", "VN")
    act: Annotated[str, Line(500)] = needed(_("act"), "Its name or number.", "116/2025/QH15")
    article: NameOrNull = told(_("article"), "Article, clause and point.", "Article 25")


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
    received_at: Annotated[str | None, RECEIVED_AT] = told(
        _("time of receipt"), "RFC 3339 with its zone. Null when only the day is known.", "2026-10-05T09:30:00+07:00"
    )
    channel: Annotated[str | None, OneOf(Channel)] = told(_("channel"), "How it came.", "telephone")
    kinds: list[Annotated[str, OneOf(DemandKind)]] = told(
        _("kinds of demand"), "What kinds of things it demands.", ["remove", "users_data"], list, most=len(DemandKind)
    )
    hours_given: Annotated[int | None, Field(ge=0, le=MAX_HOURS)] = told(
        _("hours given"), "Within how many hours it was to be done.", 24
    )
    law: Law | None = told("", "The law on which it rests.")
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
