"""The reader of CSV files. Each row becomes an object in this project's format (docs/reference/import-formats.md).

Columns have the names of the format's keys, with dots for nested keys, for example `claim.text` or
`verdict.original.label`. The type of the key determines how a cell is read.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.json_stream import DECODER, MAX_VALUE, Cursor, Number, TooLongError
from factcheck.imports.readers.jsonld_graphs import Node
from factcheck.imports.readers.results import Problem
from factcheck.record.statements.parts import Part, parts_of, value_type
from factcheck.record.statements.review import Appearance, Author, Source, Topic, Wording

KEY_COLUMN = "original_url"  # the required column of every CSV file
_DELIMITERS = ",;\t"
_MAX_HEADER = 64 * 1024  # in characters
_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
# If a list's cell isn't JSON, each of its lines is one member with this key.
_MEMBER: dict[type[Part], str] = {Source: "url", Appearance: "url", Author: "name", Topic: "slug", Wording: "text"}


@dataclass(frozen=True, slots=True)
class Column:
    """The type of the cells of a column.

    If the type is a list whose cell isn't JSON, each line of the cell is the value of the key `member`.
    """

    kind: type
    member: str | None = None


def _columns(model: type[Part], before: str = "") -> dict[str, Column]:
    found: dict[str, Column] = {}
    for key in model.model_fields:
        kind, part = value_type(model, key), parts_of(model).get(key)
        if part and kind is not list:
            found |= _columns(part, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = Column(kind, _MEMBER.get(part) if part else None)
    return found


COLUMNS = _columns(ImportedReview)


def header_of(cursor: Cursor) -> tuple[list[str], str] | None:
    """Return the names of the columns and the delimiter, or None if the next line isn't a header for reviews."""
    try:
        line = cursor.rest_of_line(_MAX_HEADER)
    except TooLongError:
        return None
    for delimiter in _DELIMITERS:
        try:
            (cells,) = csv.reader([line], delimiter=delimiter, strict=True)
        except (csv.Error, ValueError):
            continue
        names = [cell.strip() for cell in cells]
        if KEY_COLUMN in names:
            return names, delimiter
    return None


def problems_of(names: list[str]) -> list[Problem]:
    """Return the problems in the header: unknown columns, and columns that occur more than once."""
    unknown = [name for name in names if name and name not in COLUMNS]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    return [
        *(Problem("", "unknown_column", f"{name[:100]!r} isn't a column of this format") for name in unknown),
        *(Problem("", "unknown_column", f"there are several columns {name!r}") for name in twice),
    ]


def rows(cursor: Cursor, names: list[str], delimiter: str) -> Iterator[tuple[int, Node | Problem]]:
    """Yield each row with the number of its first line. Raises csv.Error, or TooLongError beyond MAX_VALUE."""
    csv.field_size_limit(MAX_VALUE)
    lines = _Lines(cursor)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line, lines.left = cursor.line, MAX_VALUE
        cells = next(reader, None)
        if cells is None:
            return
        if any(cells[len(names) :]) or any(cell for name, cell in zip(names, cells, strict=False) if not name):
            yield line, Problem("", "wrong_cells", "a cell without a column has a value")
        elif any(cell.strip() for cell in cells):
            yield line, _row(dict(zip(names, cells, strict=False)))


class _Lines:
    """The remaining lines of a file, as an iterator. No more than `left` characters are read."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.left = MAX_VALUE

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._cursor.at_end():
            raise StopIteration
        if self.left <= 0:
            raise TooLongError(f"a row longer than {MAX_VALUE} characters", self._cursor.line)
        line = self._cursor.rest_of_line(self.left) + "\n"
        self.left -= len(line)
        return line


def _row(cells: dict[str, str]) -> Node:
    row: Node = {KEY_COLUMN: None}
    for name, cell in cells.items():
        value = _value(cell, COLUMNS[name]) if name and cell.strip() else None
        if value is None:
            continue
        *above, key = name.split(".")
        place: Any = row
        for step in above:
            place = place.setdefault(step, {})
        place[key] = value
    return row


def _value(cell: str, column: Column) -> object:
    """Return the cell as a value of its column's type.

    If the type is wrong, the cell stays a string, which the format's validation then refuses.
    """
    if column.kind is bool:
        return {"true": True, "false": False}.get(cell.strip().lower(), cell)
    if column.kind is int:
        return Number(cell.strip()) if _INTEGER.fullmatch(cell.strip()) else cell
    if column.kind is str:
        return cell
    if column.kind is list and not cell.lstrip().startswith("["):
        lines = [line.strip() for line in cell.splitlines() if line.strip()]
        return [{column.member: line} for line in lines] if column.member else lines
    try:
        return DECODER.decode(cell)
    except (ValueError, RecursionError):
        return cell
