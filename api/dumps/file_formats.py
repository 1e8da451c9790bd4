"""The file formats of a dump. Rows are first written as JSON Lines, as the API sends them, and then converted."""

import io
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from arro3.io import read_json, write_parquet

from api.dumps.columns import columns
from factcheck.record.formats.spreadsheets import BYTE_ORDER_MARK, FORMULA

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Json = dict[str, Any]

BLOCK = 2**20  # bytes to compress at a time
LEVEL = 1  # of zstandard. Level 3 needs three times as long, and saves a fifth of the bytes.
ROW_GROUP = 16_384  # rows that Parquet readers read or skip as a whole, about 64 MiB of reviews
_IS_FORMULA = re.compile(FORMULA)


def read_compressed(file: Path) -> io.BufferedReader:
    return io.BufferedReader(zstd.open(file), BLOCK)


def write_compressed(file: Path) -> io.BufferedWriter:
    raw = zstd.open(file, "wb", level=LEVEL)
    raw.write(b"")  # begins the compressed frame, so an empty file can be read
    return io.BufferedWriter(raw, BLOCK)


def to_csv(rows: Path, file: Path, schema: Json) -> None:
    """Write CSV (RFC 4180) in UTF-8. Objects and lists are written as JSON. Strings are quoted, and null is empty.

    The file isn't compressed and begins with a byte order mark, so that spreadsheet programs can open it.
    """
    names = list(schema["properties"])
    with read_compressed(rows) as lines, file.open("wb", BLOCK) as out:
        out.write(BYTE_ORDER_MARK.encode() + _line(names))
        for line in lines:
            row = orjson.loads(line)
            out.write(_line([row.get(name) for name in names]))


def _line(cells: list[Any]) -> bytes:
    return (",".join(map(_cell, cells)) + "\r\n").encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return orjson.dumps(value).decode()
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    safe = f"'{text}" if _IS_FORMULA.match(text) else text
    return '"' + safe.replace('"', '""') + '"'


def to_parquet(rows: Path, file: Path, schema: Json) -> None:
    """Write Parquet, with objects as structs, lists as lists, and native times and dates."""
    with read_compressed(rows) as lines:
        write_parquet(
            read_json(lines, columns(schema)), file, compression=f"zstd({LEVEL})", max_row_group_size=ROW_GROUP
        )


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    media_type: str
    convert: Callable[[Path, Path, Json], None]


JSON_LINES, ZSTANDARD = "jsonl.zst", "application/zstd"  # RFC 8878
# The formats that are converted from JSON Lines.
FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", "text/csv; charset=utf-8", to_csv),
    "parquet": Format("parquet", "application/vnd.apache.parquet", to_parquet),
}
