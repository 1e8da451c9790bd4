"""Cursors as the API writes them: signed, and bound to the list with its filters and order."""

from collections.abc import Iterable

from django.core import signing

from factcheck.record.lists.pages import Cursor

OTHER_LIST = "This cursor is for other filters or another order. Start again without the cursor."


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
        raise ValueError(OTHER_LIST) from None
    return Cursor(bool(backward), (position[0], position[1]) if position else None)


def _signer(place: Iterable[str]) -> signing.Signer:
    # Parameters can't contain this separator, because lists refuse control characters.
    return signing.Signer(salt="\x1f".join(["api.cursor", *place]))
