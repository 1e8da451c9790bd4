"""Canonical JSON: the one spelling of a statement, a document and a leaf.

RFC 8785 (JCS), narrowed so that every implementation agrees on every byte: object keys are
ASCII, values are objects, arrays, NFC strings, integers within ±(2^53 - 1), booleans and null.
Decimals are carried as strings.
"""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

from factcheck.record.text import find_forbidden

MAX_INTEGER = 2**53 - 1


class CanonicalError(ValueError):
    """The value has no canonical form; the text says where (a JSON pointer) and why."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value. Raises CanonicalError."""
    _check(value, "")
    # With ASCII keys the order by UTF-16 code units that RFC 8785 asks for is the order of str;
    # json escapes exactly what RFC 8785 3.2.2.2 wants escaped.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def rfc3339(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC with microseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _check(value: Any, pointer: str) -> None:
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
            _check(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii() or find_forbidden(key):
                raise CanonicalError(f"{pointer or '/'}: the key {key!r} is not ASCII text")
            _check(item, f"{pointer}/{key}")
    else:
        raise CanonicalError(f"{pointer or '/'}: a {type(value).__name__} has no canonical form")
