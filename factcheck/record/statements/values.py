"""The types of values in statements. Each rule stands here alone: forms, imports and programs all read values by it.

A rule takes a text and gives it back in its one spelling, None for a text without anything to see, or raises Wrong.
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
from factcheck.record.statements.faults import Wrong

Json = dict[str, Any]

MAX_ADDRESS = 2000
MAX_LANGUAGE = 35  # RFC 5646, section 4.4.1
MAX_HOST = 253  # RFC 1035
MAX_LIST = 1000
MAX_SAME_AS = 50
MAX_NUMBER = 999_999_999
UNKNOWN_LANGUAGE = "und"

# Language, script, region, variants; extensions and private tags name no language to filter by.
LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$"
SLUG_PATTERN = r"^[-a-zA-Z0-9_]{1,60}$"
# Another's address, as people copy it: it may hold letters of any script and brackets, which format `uri` rules out.
ADDRESS_PATTERN = "^https?://"
SITE_PATTERN = r"^[^\s/@?#A-Z]+$"
SHA256_PATTERN = "^[0-9a-f]{64}$"
# Browsers read "\\" as "/", which disguises the host.
_NOT_IN_ADDRESS = re.compile(r"[\s<>\"\\]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_text(text: str, limit: int, *, one_line: bool = False) -> str | None:
    """In NFC, trimmed, on one line if it has to be."""
    text = clean_text(text)
    if one_line:
        text = " ".join(text.split())
    if forbidden := find_forbidden(text):
        raise Wrong("forbidden_character", character=forbidden)
    if len(text) > limit:
        raise Wrong("too_long", limit=limit, count=len(text))
    return None if is_blank(text) else text


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: white space, marks of direction, zero-width characters."""
    return not (text and text[0].isalnum()) and all(
        unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"} for character in text
    )


def read_language(text: str) -> str | None:
    """A BCP 47 tag in its usual case ("vi-VN", "zh-Hant"); "vi_VN" is read as "vi-VN"."""
    tag = clean_text(text).replace("_", "-")
    if not tag:
        return None
    if len(tag) > MAX_LANGUAGE or not re.match(LANGUAGE_PATTERN, tag) or not tag.isascii():
        raise Wrong("language")
    first, *rest = tag.split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cased.get(len(part), str.lower)(part) for part in rest)])


def read_web_address(text: str) -> str | None:
    """An absolute http or https address with a host; its scheme in lower case, nothing else changed.

    Real addresses have underscores in hosts, brackets and other scripts in paths. Refusing them would lose true
    citations, so this asks for less than Django's URLValidator. A name or password only disguises the host.
    """
    address = clean_text(text)
    if not address:
        return None
    if forbidden := find_forbidden(address):
        raise Wrong("forbidden_character", character=forbidden)
    if len(address) > MAX_ADDRESS:  # before it is taken apart, which is slow with many marks
        raise Wrong("too_long", limit=MAX_ADDRESS, count=len(address))
    if _NOT_IN_ADDRESS.search(address):
        raise Wrong("web_address")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as problem:
        raise Wrong("web_address") from problem
    if parts.scheme not in {"http", "https"} or not 0 < len(host) <= MAX_HOST or port == 0:
        raise Wrong("web_address")
    if "@" in parts.netloc:
        raise Wrong("disguised_address")
    return parts.scheme + address[len(parts.scheme) :]


def read_day(text: str) -> str | None:
    return _formed(text, "day", _DAY, date.fromisoformat)


def read_uuid(text: str) -> str | None:
    found = _formed(text, "uuid", _UUID)
    return found and found.lower()


def read_slug(text: str) -> str | None:
    return _formed(text, "slug", re.compile(SLUG_PATTERN))


def read_sha256(text: str) -> str | None:
    return _formed(text, "sha256", re.compile("[0-9a-f]{64}"))


def read_site(text: str) -> str | None:
    return _formed(text, "site", re.compile(r"(?!www\.)[^\s/@:?#A-Z]{1,253}(?::[0-9]{1,5})?"))


def _formed(text: str, kind: str, pattern: re.Pattern[str], further: Callable[[str], object] = str) -> str | None:
    text = clean_text(text)
    if not text:
        return None
    try:
        if not pattern.fullmatch(text):
            raise Wrong(kind)
        further(text)
    except ValueError as problem:
        raise Wrong(kind) from problem
    return text


@dataclass(frozen=True)
class Rule:
    """How a text of a statement is read, and what JSON Schema says of it. Metadata of an annotated type."""

    read: Callable[[str], str | None]
    schema: Json = field(default_factory=dict, hash=False)
    limit: int | None = None
    one_line: bool = True
    words: "type[Words] | None" = None

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
    """A text of one line."""
    return Rule(lambda text: read_text(text, limit, one_line=True), {"maxLength": limit}, limit)


def Prose(limit: int) -> Rule:  # noqa: N802
    """A text of several lines."""
    return Rule(lambda text: read_text(text, limit), {"maxLength": limit}, limit, one_line=False)


class Words(StrEnum):
    """The words that a value can be, each with what people read for it."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_, word.label = value, label
        return word

    @classmethod
    def values(cls) -> list[str]:
        return [word.value for word in cls]


def OneOf(words: type[Words]) -> Rule:  # noqa: N802
    """One of the words."""
    known = words.values()

    def read(text: str) -> str | None:
        text = clean_text(text)
        if not text:
            return None
        if text not in known:
            raise Wrong("one_of", words=", ".join(known))
        return text

    return Rule(read, {"enum": known}, words=words)


SLUG = Rule(read_slug, {"pattern": SLUG_PATTERN}, 60)
ADDRESS = Rule(read_web_address, {"pattern": ADDRESS_PATTERN}, MAX_ADDRESS)
DAY = Rule(read_day, {"format": "date"}, 10)
SHA256 = Rule(read_sha256, {"pattern": SHA256_PATTERN}, 64)
SITE = Rule(read_site, {"pattern": SITE_PATTERN, "maxLength": 255}, 255)
LANGUAGE = Rule(
    read_language,
    {"pattern": LANGUAGE_PATTERN, "description": "BCP 47 tag. `und` when unknown."},
    MAX_LANGUAGE,
)

Id = Annotated[str, Rule(read_uuid, {"format": "uuid"}, 36)]
Slug = Annotated[str, SLUG]
SlugOrNull = Annotated[str | None, SLUG]
Language = Annotated[str, LANGUAGE]
WebAddress = Annotated[str, ADDRESS]
WebAddressOrNull = Annotated[str | None, ADDRESS]
WebAddresses = Annotated[list[WebAddress], Field(max_length=MAX_SAME_AS)]
Day = Annotated[str, DAY]
DayOrNull = Annotated[str | None, DAY]
Sha256OrNull = Annotated[str | None, SHA256]
Site = Annotated[str, SITE]
Name = Annotated[str, Line(500)]
NameOrNull = Annotated[str | None, Line(500)]
Labels = Annotated[
    dict[Language, Name],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string", "maxLength": 500}}),
]
WholeOrNull = Annotated[int | None, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
