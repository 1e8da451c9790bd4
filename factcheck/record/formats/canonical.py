"""Canonical JSON: the only byte form of a statement, a document or a leaf.

The format is RFC 8785 (JCS) with restrictions, so that every implementation produces the same bytes. Object keys are
ASCII. Values are objects, arrays, NFC strings, integers within ±(2^53 - 1), booleans and null. Decimal numbers are
written as strings.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

from factcheck.record.formats.text import find_forbidden

MAX_INTEGER = 2**53 - 1

# JSON that is built to be sent. JSON that is read has a model.
JsonObject = Mapping[str, "JsonValue"]
JsonValue: TypeAlias = "str | float | JsonObject | Sequence[JsonValue] | None"


class CanonicalError(ValueError):
    """The error for a value without a canonical form. Its message gives the position (JSON pointer) and the reason."""


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value. Raises CanonicalError."""
    if not _has_plain_types(value):
        _raise_first_fault(value, "")
    data = canonical_unchecked(value)
    if not _is_clean(data.decode()):
        _raise_first_fault(value, "")
    return data


def canonical_unchecked(value: Any) -> bytes:
    """Return the canonical bytes of a value that is known to be valid. Its texts aren't checked again."""
    # For ASCII keys, the UTF-16 order of RFC 8785 equals the UTF-8 byte order. Orjson escapes the same characters in
    # the same way as RFC 8785, section 3.2.2.2.
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as problem:
        _raise_first_fault(value, "")
        raise CanonicalError(f"/: {problem}") from problem


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def rfc3339(moment: datetime) -> str:
    """Return the time in the format of RFC 3339, in UTC, with microseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_PLAIN_TYPES = frozenset({str, bool, type(None)})
# The only characters below U+0020 that a text can contain are line feed and tab. JSON also escapes the quotation mark
# and the backslash. Any other escape needs a check of each text.
_RARE_ESCAPE = re.compile(r"\\[^nt\"\\]")


def _has_plain_types(value: Any) -> bool:
    """Return whether canonical JSON allows all types and keys in the value. Texts aren't checked."""
    kind = type(value)
    if kind is dict:
        try:
            keys = "".join(value)
        except TypeError:
            return False
        members = value.values()
        # Printable ASCII doesn't include control characters.
        if not keys.isascii() or not keys.isprintable():
            return False
    elif kind is list:
        members = value
    else:
        return kind in _PLAIN_TYPES or (kind is int and abs(value) <= MAX_INTEGER)
    return set(map(type, members)) <= _PLAIN_TYPES or all(map(_has_plain_types, members))


def _is_clean(text: str) -> bool:
    """Return whether all texts in this JSON are in NFC and contain no forbidden characters, with one check for all.

    True is always right, because quotation marks around each text never compose with it. False can be wrong: an escape
    ends in a letter, and a mark after the escape seems to compose with this letter. After False, the caller therefore
    checks each text.
    """
    if _RARE_ESCAPE.search(text):
        return False
    if text.isascii():
        return "\x7f" not in text
    return unicodedata.is_normalized("NFC", text) and find_forbidden(text) is None


def _raise_first_fault(value: Any, pointer: str) -> None:
    """Raise CanonicalError for the first value without a canonical form, if there is one."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if forbidden := find_forbidden(value):
            raise CanonicalError(f"{pointer or '/'}: the character {forbidden} may not be published")
        if not unicodedata.is_normalized("NFC", value):
            raise CanonicalError(f"{pointer or '/'}: the text is not in NFC")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise CanonicalError(f"{pointer or '/'}: {value} is beyond 2^53 - 1")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _raise_first_fault(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii() or find_forbidden(key):
                raise CanonicalError(f"{pointer or '/'}: the key {key!r} is not ASCII text")
            _raise_first_fault(item, f"{pointer}/{key}")
    else:
        raise CanonicalError(f"{pointer or '/'}: a {type(value).__name__} has no canonical form")
