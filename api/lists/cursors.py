"""Cursors: opaque, signed positions in a list. A cursor is valid only for one list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core import signing

from api.lists.keyset import Position

_READERS: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
    "s": str,
    "i": int,
}


class CursorError(ValueError):
    """The cursor is forged, belongs to another list, or was signed with an old key."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list. Without a `position`, the place is the list's start or, if `backward` is true, its end."""

    backward: bool = False
    position: Position | None = None


def write_cursor(cursor: Cursor, place: Iterable[str]) -> str:
    """Sign a cursor. `place` contains the path, the filters and the sort order that the cursor is bound to."""
    position = cursor.position
    return _signer(place).sign_object(
        [int(cursor.backward)] + ([_pack(position.value), _pack(position.tie)] if position else [])
    )


def read_cursor(text: str, place: Iterable[str]) -> Cursor:
    """Verify and parse a cursor. Raises CursorError."""
    try:
        backward, *rest = _signer(place).unsign_object(text)
    except signing.BadSignature:
        raise CursorError from None
    return Cursor(bool(backward), Position(*map(_unpack, rest)) if rest else None)


def _signer(place: Iterable[str]) -> signing.Signer:
    # Parameters can't contain this separator, because lists refuse control characters.
    return signing.Signer(salt="\x1f".join(["api.cursor", *place]))


def _pack(value: Any) -> str | None:
    match value:
        case None:
            return None
        case datetime():
            return f"t{value.isoformat()}"
        case date():
            return f"d{value.isoformat()}"
        case UUID():
            return f"u{value}"
        case int():
            return f"i{value}"
    return f"s{value}"


def _unpack(packed: str | None) -> Any:
    return None if packed is None else _READERS[packed[0]](packed[1:])
