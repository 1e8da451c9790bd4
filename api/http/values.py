"""Reading the values of parameters. Each reader takes the text and returns the value, or raises ValueError
with a sentence for whoever sent it."""

import contextlib
import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from api.http.suggestions import unknown_value
from factcheck.record.formats.text import nfc
from factcheck.record.formats.urls import address_key
from factcheck.record.statements.values import MAX_LANGUAGE, SLUG_PATTERN

MAX_ADDRESS = 4000
# These say in the OpenAPI document, too, what is read here.
LANGUAGE = r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"
SLUG = SLUG_PATTERN.strip("^$")
VERDICT = rf"({SLUG}:)?{SLUG}"
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
SITE = rf"[^\s/?#@{_CONTROLS}]{{1,255}}"
WORDS = rf"[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*"
_LANGUAGE, _SLUG, _VERDICT, _SITE = (re.compile(pattern) for pattern in (LANGUAGE, SLUG, VERDICT, SITE))
_SEQUENCE = re.compile(r"[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# RFC 3339, section 5.6; six digits are what the record keeps.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_words(value: str) -> str:
    """What is searched for, in NFC as the record is."""
    if not value:
        raise ValueError("Give words to search for, or leave the parameter out.")
    return nfc(value)


def read_uuid(value: str) -> UUID:
    if not _UUID.fullmatch(value):
        raise ValueError("Give an id such as 01912d68-783e-7a51-9b2c-3f0e8d6c5b4a.")
    return UUID(value)


def read_language(value: str) -> str:
    """A BCP 47 tag in lower case, as the read model keeps it."""
    if len(value) > MAX_LANGUAGE or not _LANGUAGE.fullmatch(value):
        raise ValueError("Give a BCP 47 language tag such as vi or pt-BR.")
    return value.lower()


def read_slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError("Give a slug: letters, digits, hyphens and underscores, at most 60.")
    return value


def read_one_of(known: Collection[str]) -> Callable[[str], str]:
    """A reader for parameters with a few values."""

    def read(value: str) -> str:
        if value not in known:
            raise ValueError(unknown_value(value, known))
        return value

    return read


def read_number(least: int, most: int) -> Callable[[str], int]:
    """A reader for whole numbers within these bounds, of three digits at most."""

    def read(value: str) -> int:
        if value.isascii() and value.isdecimal() and len(value) <= 3 and least <= int(value) <= most:
            return int(value)
        raise ValueError(f"Give a number from {least} to {most}.")

    return read


def read_verdict(value: str) -> str:
    """`scale:slug`; a slug alone is one of the scale that the site has as its own."""
    if not _VERDICT.fullmatch(value):
        raise ValueError("Give scale:slug, or a slug of the site's own scale; see /api/v1/rating-scales/.")
    return value if ":" in value else f"{settings.DEFAULT_RATING_SCALE}:{value}"


def read_site(value: str) -> str:
    if not _SITE.fullmatch(value):
        raise ValueError("Give the publisher's host alone, such as example.org; see /api/v1/publishers/.")
    return nfc(value).lower().removeprefix("www.")


def read_address(value: str) -> str:
    """The key under which the read model finds an address, however it is written."""
    with contextlib.suppress(ValueError):  # brackets that are no IPv6 address, a port that is none
        parts = urlsplit(value if len(value) <= MAX_ADDRESS else "")
        if parts.scheme in ("http", "https") and parts.hostname:
            return address_key(value)
    raise ValueError("Give a whole address, percent-encoded, such as https%3A%2F%2Fexample.org%2Fpage.")


def read_date(value: str) -> date:
    if not _DATE.fullmatch(value):
        raise ValueError("Give a date such as 2026-11-05.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day; give a date such as 2026-11-05.") from None


def read_moment(value: str) -> datetime:
    """A moment in UTC; a date alone is the moment when it begins in UTC."""
    if _DATE.fullmatch(value):
        return datetime.combine(read_date(value), time(), UTC)
    if not _MOMENT.fullmatch(value):
        raise ValueError(
            "Give a date or an RFC 3339 time with its offset, such as 2026-11-05 or 2026-11-05T08:30:00Z"
            " (write + as %2B)."
        )
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("There is no such time; give one such as 2026-11-05T08:30:00Z.") from None


def read_sequence(value: str) -> int:
    """The index of an entry in the log."""
    if not _SEQUENCE.fullmatch(value):
        raise ValueError("Give the sequence of a log entry, a whole number such as 0 or 1024.")
    return int(value)


def read_sequence_or_moment(value: str) -> int | datetime:
    if value.isascii() and value.removeprefix("-").isdecimal():
        return read_sequence(value)
    return read_moment(value)
