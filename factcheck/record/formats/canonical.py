"""Canonical JSON: the one spelling of a statement, a document and a leaf.

RFC 8785 (JCS), narrowed so that every implementation agrees on every byte: object keys are
ASCII, values are objects, arrays, NFC strings, integers within ±(2^53 - 1), booleans and null.
Decimals are carried as strings.
"""

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import orjson

from factcheck.record.formats.text import find_forbidden

MAX_INTEGER = 2**53 - 1


class CanonicalError(ValueError):
    """The value has no canonical form; the text says where (a JSON pointer) and why."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value. Raises CanonicalError."""
    if not _is_plain(value):
        _refuse(value, "")
    data = respelled(value)
    if not _is_clean(data.decode()):
        _refuse(value, "")
    return data


def respelled(value: Any) -> bytes:
    """The canonical bytes of a value that was put together of canonical ones; their texts are not looked at again."""
    # With ASCII keys the order by UTF-16 code units that RFC 8785 asks for is the order of UTF-8 bytes;
    # orjson escapes what RFC 8785 3.2.2.2 wants escaped, as it is spelled there.
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as problem:
        _refuse(value, "")
        raise CanonicalError(f"/: {problem}") from problem


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def rfc3339(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC with microseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_ALWAYS_PLAIN = frozenset({str, bool, type(None)})
# Below U+0020 only these two may stand in a text.
_RARE_ESCAPE = re.compile(r"\\[^nt\"\\]")


def _is_plain(value: Any) -> bool:
    """Whether the value is of nothing but what has a canonical form, its texts aside."""
    kind = type(value)
    if kind is dict:
        try:
            keys = "".join(value)
        except TypeError:
            return False
        members = value.values()
        # ASCII that can be printed has no control characters.
        if not keys.isascii() or not keys.isprintable():
            return False
    elif kind is list:
        members = value
    else:
        return kind in _ALWAYS_PLAIN or (kind is int and abs(value) <= MAX_INTEGER)
    return set(map(type, members)) <= _ALWAYS_PLAIN or all(map(_is_plain, members))


def _is_clean(text: str) -> bool:
    """Whether all texts in this JSON are in NFC and without forbidden characters: one look instead of one for each.

    False may be wrong, so that the texts themselves have to be asked: an escape ends in a letter, with which the
    mark after it could be composed. True is not: around a text stand quotes, which nothing composes with.
    """
    if _RARE_ESCAPE.search(text):
        return False
    if text.isascii():
        return "\x7f" not in text
    return unicodedata.is_normalized("NFC", text) and find_forbidden(text) is None


def _refuse(value: Any, pointer: str) -> None:
    """Raises CanonicalError with the place of the first value that has no canonical form, if there is one."""
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
            _refuse(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii() or find_forbidden(key):
                raise CanonicalError(f"{pointer or '/'}: the key {key!r} is not ASCII text")
            _refuse(item, f"{pointer}/{key}")
    else:
        raise CanonicalError(f"{pointer or '/'}: a {type(value).__name__} has no canonical form")
