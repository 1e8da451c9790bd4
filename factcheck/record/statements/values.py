"""The types of values in statements. Forms, imports and programs use the same rules.

A rule returns a text in normal form, or None if the text is blank. It raises InvalidValue if the text is invalid.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from factcheck.record.formats.text import clean_text, find_forbidden
from factcheck.record.statements.faults import InvalidValue
from factcheck.tools.contrast import GRAPHICS, lowest_contrast

Json = dict[str, Any]

MAX_URL = 2000
MAX_LANGUAGE = 35  # RFC 5646, section 4.4.1
MAX_HOST = 253  # RFC 1035
MAX_LIST = 1000
MAX_REPLIES = 20
MAX_TOPICS = 30  # an index contains all topics of a review
MAX_SAME_AS = 50
MAX_NUMBER = 999_999_999
UNKNOWN_LANGUAGE = "und"

# A language with an optional script, region and variants. Extensions and private tags aren't allowed, because filters
# can't use them.
LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$"
SLUG_PATTERN = r"^[-a-zA-Z0-9_]{1,60}$"
# JSON Schema's format `uri` isn't used. It forbids letters of other scripts and brackets, which copied URLs can
# contain.
URL_PATTERN = "^https?://"
SITE_PATTERN = r"^[^\s/@?#A-Z]+$"
SHA256_PATTERN = "^[0-9a-f]{64}$"
# Browsers interpret "\\" as "/", which can disguise the host.
_NOT_IN_URL = re.compile(r"[\s<>\"\\]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_text(text: str, limit: int, *, one_line: bool = False) -> str | None:
    """Return the text in NFC, trimmed, and on a single line if `one_line` is true."""
    text = clean_text(text)
    if one_line:
        text = " ".join(text.split())
    if forbidden := find_forbidden(text):
        raise InvalidValue("forbidden_character", character=forbidden)
    if len(text) > limit:
        raise InvalidValue("too_long", limit=limit, count=len(text))
    return None if is_blank(text) else text


def is_blank(text: str) -> bool:
    """Return whether the text contains only white space, direction marks and zero-width characters."""
    return not (text and text[0].isalnum()) and all(
        unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"} for character in text
    )


def read_language(text: str) -> str | None:
    """Return a BCP 47 tag in the usual case. For example, "vi_vn" becomes "vi-VN"."""
    tag = clean_text(text).replace("_", "-")
    if not tag:
        return None
    if len(tag) > MAX_LANGUAGE or not re.match(LANGUAGE_PATTERN, tag) or not tag.isascii():
        raise InvalidValue("language")
    first, *rest = tag.split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cased.get(len(part), str.lower)(part) for part in rest)])


def same_language(one: str, other: str) -> bool:
    """Return whether two tags are of the same language. Regions and scripts don't matter."""
    return one.lower().partition("-")[0] == other.lower().partition("-")[0]


def read_url(text: str) -> str | None:
    """Return an absolute http or https URL with a host. Only the scheme is changed to lower case.

    Django's URLValidator isn't used, because it refuses real URLs with underscores in hosts, or with brackets and other
    scripts in paths. User names and passwords are refused, because they only disguise the host.
    """
    address = clean_text(text)
    if not address:
        return None
    if forbidden := find_forbidden(address):
        raise InvalidValue("forbidden_character", character=forbidden)
    if len(address) > MAX_URL:  # checked before urlsplit, which is slow with many combining marks
        raise InvalidValue("too_long", limit=MAX_URL, count=len(address))
    if _NOT_IN_URL.search(address):
        raise InvalidValue("web_address")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as problem:
        raise InvalidValue("web_address") from problem
    if parts.scheme not in {"http", "https"} or not 0 < len(host) <= MAX_HOST or port == 0:
        raise InvalidValue("web_address")
    if "@" in parts.netloc:
        raise InvalidValue("disguised_address")
    return parts.scheme + address[len(parts.scheme) :]


def read_day(text: str) -> str | None:
    return _match(text, "day", _DAY, date.fromisoformat)


def read_uuid(text: str) -> str | None:
    found = _match(text, "uuid", _UUID)
    return found and found.lower()


def read_slug(text: str) -> str | None:
    return _match(text, "slug", re.compile(SLUG_PATTERN))


def read_sha256(text: str) -> str | None:
    return _match(text, "sha256", re.compile("[0-9a-f]{64}"))


def read_color(text: str) -> str | None:
    """Return the colour as #rrggbb if it can be seen on all pages of the site, in light and in dark."""
    color = _match(text.lower(), "color", re.compile("#[0-9a-f]{6}"))
    if color and lowest_contrast(color) < GRAPHICS:
        raise InvalidValue("faint_color")
    return color


def read_site(text: str) -> str | None:
    return _match(text, "site", re.compile(r"(?!www\.)[^\s/@:?#A-Z]{1,253}(?::[0-9]{1,5})?"))


def _match(text: str, kind: str, pattern: re.Pattern[str], further: Callable[[str], object] = str) -> str | None:
    text = clean_text(text)
    if not text:
        return None
    try:
        if not pattern.fullmatch(text):
            raise InvalidValue(kind)
        further(text)
    except ValueError as problem:
        raise InvalidValue(kind) from problem
    return text


@dataclass(frozen=True)
class Rule:
    """A rule for reading a text in a statement, with its JSON Schema. Rules are metadata of annotated types.

    `limit` is the maximum length in characters.
    """

    read: Callable[[str], str | None]
    schema: Json = field(default_factory=dict, hash=False)
    limit: int | None = None
    one_line: bool = True
    choices: "type[Choices] | None" = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        found = handler(schema)
        more = dict(self.schema)
        if "enum" in more and "null" in found.get("type", ()):
            more["enum"] = [*more["enum"], None]
        return {**found, **more}

    def _checked(self, value: Any) -> Any:
        return self.read(value) if isinstance(value, str) else value


def Line(limit: int) -> Rule:  # noqa: N802 (read as a type)
    """Return the rule for a text on a single line, with at most `limit` characters."""
    return Rule(lambda text: read_text(text, limit, one_line=True), {"maxLength": limit}, limit)


def Prose(limit: int) -> Rule:  # noqa: N802
    """Return the rule for a text that can have several lines, with at most `limit` characters."""
    return Rule(lambda text: read_text(text, limit), {"maxLength": limit}, limit, one_line=False)


class Choices(StrEnum):
    """The choices for a value, each with a readable label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_, word.label = value, label
        return word

    @classmethod
    def values(cls) -> list[str]:
        return [word.value for word in cls]


def OneOf(choices: type[Choices]) -> Rule:  # noqa: N802
    """Return the rule for a text that must be one of the choices."""
    values = choices.values()

    def read(text: str) -> str | None:
        text = clean_text(text)
        if not text:
            return None
        if text not in values:
            raise InvalidValue("one_of", words=", ".join(values))
        return text

    return Rule(read, {"enum": values}, choices=choices)


SLUG = Rule(read_slug, {"pattern": SLUG_PATTERN}, 60)
URL = Rule(read_url, {"pattern": URL_PATTERN}, MAX_URL)
DAY = Rule(read_day, {"format": "date"}, 10)
SHA256 = Rule(read_sha256, {"pattern": SHA256_PATTERN}, 64)
COLOR = Rule(read_color, {"pattern": "^#[0-9a-f]{6}$"}, 7)
SITE = Rule(read_site, {"pattern": SITE_PATTERN, "maxLength": 255}, 255)
LANGUAGE = Rule(
    read_language,
    {"pattern": LANGUAGE_PATTERN, "description": "BCP 47 tag. `und` if unknown."},
    MAX_LANGUAGE,
)

Id = Annotated[str, Rule(read_uuid, {"format": "uuid"}, 36)]
Slug = Annotated[str, SLUG]
SlugOrNull = Annotated[str | None, SLUG]
Language = Annotated[str, LANGUAGE]
Url = Annotated[str, URL]
UrlOrNull = Annotated[str | None, URL]
Urls = Annotated[list[Url], Field(max_length=MAX_SAME_AS)]
Day = Annotated[str, DAY]
DayOrNull = Annotated[str | None, DAY]
Sha256OrNull = Annotated[str | None, SHA256]
Site = Annotated[str, SITE]
ColorOrNull = Annotated[str | None, COLOR]
Name = Annotated[str, Line(500)]
NameOrNull = Annotated[str | None, Line(500)]
Labels = Annotated[
    dict[Language, Name],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string", "maxLength": 500}}),
]
Meanings = Annotated[
    dict[Language, Annotated[str, Prose(10_000)]],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string", "maxLength": 10_000}}),
]
WholeOrNull = Annotated[int | None, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
