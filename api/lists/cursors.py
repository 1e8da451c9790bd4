"""The orders of a list, and cursors. A cursor contains a position in an order.

A page begins at a position instead of a number, so that new or removed rows don't shift other pages. A position is the
pair (value, tie) of the row next to the page.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing

Position = tuple[Any, Any]  # value and tie


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order. `value` is a column. `tie` is unique among rows with the same value.

    With `from_index`, rows are read in the order of the index until the page is full. Without it, rows are found by the
    filters and then sorted. This is better for rare members of an array column. PostgreSQL overestimates the frequency
    of such members, and would read the whole index to find one row.
    """

    value: str
    descending: bool = False
    nullable: bool = False
    tie: str = "id"
    from_index: bool = True

    def clause(self, descending: bool) -> str:
        direction = "DESC" if descending else "ASC"
        if not self.from_index:
            return f"ROW({self.value}, {self.tie}) {direction}"
        # Either all rows of a query have a value or none has, so the position of nulls doesn't matter. It matches the
        # indexes (DESC NULLS LAST), which PostgreSQL can read in either direction.
        nulls = f" NULLS {'LAST' if descending else 'FIRST'}" if self.nullable else ""
        return f"{self.value} {direction}{nulls}, {self.tie} {direction}"


def both_ways(*names: str, nullable: Collection[str] = ()) -> dict[str, Order]:
    """Return the descending and ascending orders for each of these columns."""
    signed = [(sign, name) for name in names for sign in ("-", "")]
    return {sign + name: Order(name, descending=bool(sign), nullable=name in nullable) for sign, name in signed}


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list. Without a `position`, the place is the list's start or, if `backward` is true, its end."""

    backward: bool = False
    position: Position | None = None


def write_cursor(cursor: Cursor, place: Iterable[str]) -> str:
    """Return the signed cursor.

    `place` contains the path, the filters and the sort order that the cursor is bound to.
    """
    position = [each if isinstance(each, int | None) else str(each) for each in cursor.position or ()]
    return _signer(place).sign_object([int(cursor.backward), *position])


def read_cursor(text: str, place: Iterable[str]) -> Cursor:
    """Verify and parse a cursor. Times, dates and ids stay strings, which PostgreSQL can read.

    Raise ValueError if the cursor is forged, belongs to another list, or was signed with an old key.
    """
    try:
        backward, *position = _signer(place).unsign_object(text)
    except signing.BadSignature:
        message = "This cursor is for other filters or another order. Start again without the cursor."
        raise ValueError(message) from None
    return Cursor(bool(backward), (position[0], position[1]) if position else None)


def _signer(place: Iterable[str]) -> signing.Signer:
    # Parameters can't contain this separator, because lists refuse control characters.
    return signing.Signer(salt="\x1f".join(["api.cursor", *place]))
