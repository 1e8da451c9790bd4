"""The readers of parameter values. A reader gets the text of a value and returns the parsed value.

If the text is invalid, the reader raises ValueError with a sentence for the client, or UnknownValue with suggestions.
"""

import contextlib
import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils import translation

from factcheck.record.formats.text import nfc
from factcheck.record.formats.urls import url_key
from factcheck.record.readmodel.models import PublishedReference
from factcheck.record.readmodel.row_models import original_verdict_of
from factcheck.record.statements.values import LANGUAGE_PATTERN, MAX_LANGUAGE, SLUG_PATTERN

MAX_URL = 4000
YEARS = (1000, 9998)  # the day after the last year can't be represented
# The OpenAPI document also contains these patterns.
LANGUAGE = LANGUAGE_PATTERN.strip("^$")
SLUG = SLUG_PATTERN.strip("^$")
VERDICT = rf"({SLUG}:)?{SLUG}"
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
SITE = rf"[^\s/?#@{_CONTROLS}]{{1,255}}"
WORDS = rf"[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*"
# The scale that every site starts with. Its verdicts are known even before a review uses them.
STARTER_SCALE = "truth"
STARTER_VERDICTS = tuple(
    f"{STARTER_SCALE}:{slug}" for slug in ("false", "mostly-false", "half-true", "mostly-true", "true", "unproven")
)
_LANGUAGE, _SLUG, _VERDICT, _SITE = (re.compile(pattern) for pattern in (LANGUAGE, SLUG, VERDICT, SITE))
_SEQUENCE = re.compile(r"[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# RFC 3339, section 5.6. The record stores six decimal places of a second.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# Parameters of other APIs.
_SYNONYMS = {
    "search": "q",
    "query": "q",
    "page": "cursor",
    "offset": "cursor",
    "order": "sort",
    "per_page": "page_size",
}


class UnknownValue(ValueError):
    """A value that isn't known. `near` contains the values that it may mean."""

    def __init__(self, text: str, near: Sequence[str]) -> None:
        super().__init__(f"{text} Did you mean {' or '.join(near)}?" if near else text)
        self.near = near


def read_words(value: str) -> str:
    """Return the search words in NFC, as in the record."""
    if not value:
        raise ValueError("The parameter is empty. Send search words, or leave out the parameter.")
    return nfc(value)


def read_original_verdict(value: str) -> str:
    if not value.strip():
        raise ValueError("The parameter is empty. Send a publisher's verdict, for example Pants on Fire.")
    return original_verdict_of(nfc(value))


def read_uuid(value: str) -> UUID:
    if not _UUID.fullmatch(value):
        raise ValueError("This isn't an id. Send a UUID, for example 01912d68-783e-7a51-9b2c-3f0e8d6c5b4a.")
    return UUID(value)


def read_language(value: str) -> str:
    """Return a BCP 47 tag in lower case, as in the read model."""
    if len(value) > MAX_LANGUAGE or not _LANGUAGE.fullmatch(value):
        written = value.replace("_", "-")
        near = written if _LANGUAGE.fullmatch(written) else _meant_tag(value)
        what = "This isn't a language tag."
        raise UnknownValue(
            what if near else f"{what} Send a BCP 47 tag, for example vi or pt-BR.", [near] if near else []
        )
    return value.lower()


def _meant_tag(text: str) -> str | None:
    """Return the tag of the language with this name, or None. Typos are accepted.

    The name can be in English, in Vietnamese or in the language itself.
    """
    name = _folded(text)
    names = _tags()
    if name not in names:
        name = next(iter(nearest(name, names)), "")
    return names.get(name)


@cache
def _tags() -> dict[str, str]:
    """Return the tags by folded name. The plain tag of a language takes precedence over the tags of its regions."""
    found: dict[str, str] = {}
    with translation.override("vi"):
        for code in sorted(LANG_INFO, key=lambda code: (code.count("-"), code)):
            info = LANG_INFO[code]
            if "name" not in info:  # only an alias
                continue
            for name in (info["name"], info["name_local"], translation.gettext(info["name"])):
                found.setdefault(_folded(name), code)
    return found


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text[:100].casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def read_slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError("This isn't a slug. Send up to 60 letters, digits, hyphens and underscores.")
    return value


def read_choice(known: Collection[str]) -> Callable[[str], str]:
    """Return a reader for a fixed set of values."""

    def read(value: str) -> str:
        if value not in known:
            raise unknown_value(value, known)
        return value

    return read


def read_number(least: int, most: int) -> Callable[[str], int]:
    """Return a reader for whole numbers within these bounds, with up to four digits."""

    def read(value: str) -> int:
        is_number = value.isascii() and value.removeprefix("-").isdecimal()
        if is_number and len(value) <= 4 and least <= int(value) <= most:
            return int(value)
        what = "is outside the range" if is_number else "isn't a whole number"
        raise ValueError(f"This {what}. Send a number from {least} to {most}.")

    return read


def read_verdict(value: str) -> str:
    """Return `scale:slug`. A slug without a scale belongs to the site's own scale."""
    if not _VERDICT.fullmatch(value):
        raise ValueError(
            "This isn't a verdict. Send scale:slug, or a slug of the site's own scale. See /api/v1/rating-scales/."
        )
    return value if ":" in value else f"{settings.DEFAULT_RATING_SCALE}:{value}"


def mistyped_verdicts(verdicts: Collection[str]) -> Mapping[str, UnknownValue]:
    """Return the errors for verdicts that resemble a known verdict, but aren't one. The database is asked only once.

    The newsrooms' scales can contain verdicts that no review has used yet. So all other unknown verdicts are accepted.
    """
    found: dict[str, UnknownValue] = {}
    if {*verdicts} <= {*STARTER_VERDICTS}:
        return found
    published = PublishedReference.objects.using("public").filter(kind=PublishedReference.Kind.VERDICT)
    known = list(dict.fromkeys([*published.values_list("key", flat=True), *STARTER_VERDICTS]))
    for verdict in {*verdicts} - {*known}:
        scale, _, slug = verdict.partition(":")
        slugs = [each.partition(":")[2] for each in known if each.startswith(f"{scale}:")]
        if near := [f"{scale}:{each}" for each in nearest(slug, slugs)] if slugs else nearest(verdict, known):
            found[verdict] = UnknownValue("No review has this verdict.", near)
    return found


def read_site(value: str) -> str:
    if not _SITE.fullmatch(value):
        raise ValueError(
            "This isn't a host. Send the publisher's host, for example example.org. See /api/v1/publishers/."
        )
    return nfc(value).lower().removeprefix("www.")


def read_url(value: str) -> str:
    """Return the key by which the read model finds a URL, regardless of its spelling."""
    with contextlib.suppress(ValueError):  # for an invalid IPv6 address or port
        parts = urlsplit(value if len(value) <= MAX_URL else "")
        if parts.scheme in ("http", "https") and parts.hostname:
            return url_key(value)
    raise ValueError("This isn't a full URL. Send a percent-encoded URL, for example https%3A%2F%2Fexample.org%2Fpage.")


def read_date(value: str) -> date:
    if not _DATE.fullmatch(value):
        raise ValueError("This isn't a date. Send a date, for example 2026-11-05.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("This day doesn't exist. Send a date, for example 2026-11-05.") from None


def read_time(value: str) -> datetime:
    """Return a time in UTC. A date without a time means the start of the day in UTC."""
    if _DATE.fullmatch(value):
        return datetime.combine(read_date(value), time(), UTC)
    if not _TIME.fullmatch(value):
        raise ValueError(
            "This isn't a time. Send a date or an RFC 3339 time with its offset, for example 2026-11-05 or"
            " 2026-11-05T08:30:00Z. Encode + as %2B."
        )
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("This time doesn't exist. Send a time, for example 2026-11-05T08:30:00Z.") from None


def read_sequence(value: str) -> int:
    """Return the index of a log entry."""
    if not _SEQUENCE.fullmatch(value):
        raise ValueError("This isn't a sequence. Send the index of a log entry, for example 0 or 1024.")
    return int(value)


def read_sequence_or_time(value: str) -> int | datetime:
    if value.isascii() and value.removeprefix("-").isdecimal():
        return read_sequence(value)
    return read_time(value)


def unknown_value(value: str, known: Collection[str]) -> UnknownValue:
    return UnknownValue(f"Use {listed(known)}.", nearest(value, known))


def nearest(word: str, known: Collection[str]) -> list[str]:
    """Return up to two known words that mean the same, begin with the word, or resemble it, the most similar first."""
    same = [_SYNONYMS[word]] if _SYNONYMS.get(word) in known else []
    longer = [each for each in known if len(word) > 2 and each.startswith(word)]
    return list(dict.fromkeys([*same, *longer, *difflib.get_close_matches(word[:100], known, n=2, cutoff=0.7)]))[:2]


def meant(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def listed(known: Collection[str]) -> str:
    names = ", ".join(known)
    return names if len(known) == 1 else f"one of {names}"
