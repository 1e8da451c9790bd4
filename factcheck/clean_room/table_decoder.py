"""The decoding of uploaded sheets. A workbook or CSV becomes rows of texts, and JSON becomes text.

Limits protect the process that gets the answer. `program.py` limits time and memory, for example for ZIP bombs.
"""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from itertools import islice, product
from typing import Any
from unicodedata import normalize

from python_calamine import CalamineWorkbook

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CHARACTERS = 20 * 1024**2  # as in the largest file, because a merged cell is repeated in each of its rows
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, and .xls
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VIETNAMESE = {normalize("NFC", letter + tone) for letter, tone in product("aăâeêioôơuưyAĂÂEÊIOÔƠUƯYđĐ", _TONES)}


def read_table(body: bytes) -> dict[str, Any]:
    """Return the `rows`, or the `text` of JSON. Raise ValueError if there are too many rows or columns.

    A row is a list of texts in NFC. Row 1 of the sheet is the first row, also if it is empty.
    """
    if body.startswith(_WORKBOOKS):
        rows: Iterable[list[Any]] = _read_workbook(body)
    elif (text := _decode(body)).lstrip()[:1] in ("{", "["):
        return {"rows": [], "text": _CONTROL.sub("", text)}
    else:
        rows = _read_csv(text)
    found = [
        [_CONTROL.sub("", normalize("NFC", str(cell))).strip() for cell in row] for row in islice(rows, MAX_ROWS + 1)
    ]
    if sum(len(cell) for row in found for cell in row) > MAX_CHARACTERS:
        raise ValueError("too many characters")
    if not any(map(any, found)) or len(found) > MAX_ROWS or any(any(row[MAX_COLUMNS:]) for row in found):
        raise ValueError("no rows, or too many rows or columns")
    return {"rows": found, "text": ""}


def _read_workbook(body: bytes) -> list[list[Any]]:
    """Return the rows of the longest sheet. A cell that is merged downwards is repeated in each of its rows."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    sheet = max(map(workbook.get_sheet_by_name, workbook.sheet_names), key=lambda each: each.total_height)
    rows = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
    return rows


def _read_csv(text: str) -> Iterable[list[str]]:
    """Return the rows, with the most frequent delimiter of the first line that has one."""
    first = next(filter(re.compile("[,;\t|]").search, text.splitlines()), "")
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=first.count))


def _decode(body: bytes) -> str:
    """Return the text. Files of older versions of Windows don't name their encoding, so the letters decide."""
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or 0 in body[:2]:
        is_big = body.startswith((BOM_UTF16_BE, b"\0"))
        return body.decode("utf-16-be" if is_big else "utf-16-le", "replace").removeprefix("\ufeff")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = normalize("NFC", body.decode("cp1258", "replace"))
        letters = {letter for letter in text if letter > "\x7f" and (letter.isalpha() or letter in _TONES)}
        return text if letters <= _VIETNAMESE else body.decode("cp1252", "replace")
