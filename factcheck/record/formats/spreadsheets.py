"""CSV that spreadsheet programs can open safely (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Spreadsheets interpret a cell that starts with one of these characters, or with its full-width form, as a formula. An
# apostrophe before the cell prevents this. Texts that start with an apostrophe get another one, so that programs can
# always remove the first apostrophe.
FORMULA = "^[=+@\t\r'＝＋－＠-]"
_IS_FORMULA = re.compile(FORMULA)
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel doesn't read a CSV file as UTF-8

Cell = str | int | None


def write_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the rows as CSV in UTF-8 with a byte order mark. None is an empty cell."""
    out = io.StringIO(BYTE_ORDER_MARK)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _IS_FORMULA.match(cell) else cell
