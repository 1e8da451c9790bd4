"""The file formats of a dump. Each writer receives the rows in blocks and keeps only a few of them in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from api.dumps.columns import columns
from api.dumps.row_reader import RowReader
from factcheck.record.formats.spreadsheets import FORMULA

Json = dict[str, Any]

ROW_GROUP = 64 * 2**20  # bytes in memory, for a group of rows that Parquet readers read or skip as a whole


class Writer(Protocol):
    def write(self, lines: Sequence[bytes]) -> None:
        """Write rows of JSON, each ending with a newline."""

    def close(self) -> None: ...


class JsonLines:
    """Rows exactly as the API sends them."""

    def __init__(self, file: Path, schema: Json) -> None:
        self._out = pa.CompressedOutputStream(pa.OSFile(str(file), "wb"), "zstd")

    def write(self, lines: Sequence[bytes]) -> None:
        self._out.write(b"".join(lines))

    def close(self) -> None:
        self._out.close()


class Csv:
    """CSV (RFC 4180) in UTF-8. Objects and lists are written as JSON. Texts are quoted, and an empty cell is null."""

    def __init__(self, file: Path, schema: Json) -> None:
        found = columns(schema, texts=True)
        self._nested = [pa.types.is_nested(each.type) for each in found]
        kinds = [pa.string() if pa.types.is_nested(each.type) else each.type for each in found]
        self._schema = pa.schema(zip(found.names, kinds, strict=True))
        # Nested values aren't parsed. Their JSON is written to the cell unchanged.
        keys = [(name, msgspec.Raw if nested else Any, _NULL if nested else None) for name, nested in self._keys()]
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Row", keys))
        self._file = pa.CompressedOutputStream(pa.OSFile(str(file), "wb"), "zstd")
        self._out = pv.CSVWriter(self._file, self._schema, write_options=pv.WriteOptions(eol="\r\n"))

    def _keys(self) -> Iterator[tuple[str, bool]]:
        return zip(self._schema.names, self._nested, strict=True)

    def write(self, lines: Sequence[bytes]) -> None:
        rows = self._decoder.decode_lines(b"".join(lines))
        arrays = [
            _json_cells(map(attrgetter(name), rows)) if nested else _cells(map(attrgetter(name), rows), kind)
            for (name, nested), kind in zip(self._keys(), self._schema.types, strict=True)
        ]
        self._out.write_batch(pa.record_batch(arrays, self._schema))

    def close(self) -> None:
        self._out.close()
        self._file.close()


_NULL = msgspec.Raw(b"null")


def _json_cells(values: Iterable[msgspec.Raw]) -> pa.Array:
    return pa.array([None if (text := bytes(value)) == b"null" else text for value in values], pa.string())


def _cells(values: Iterable[Any], kind: pa.DataType) -> pa.Array:
    cells = pa.array(list(values), kind)
    if not pa.types.is_string(kind):
        return cells
    return pc.if_else(pc.match_substring_regex(cells, FORMULA), pc.binary_join_element_wise("'", cells, ""), cells)


class Parquet:
    """Parquet, with objects as structs, lists as lists, and native times and dates."""

    def __init__(self, file: Path, schema: Json) -> None:
        self._reader = RowReader(schema)
        self._out = pq.ParquetWriter(file, self._reader.schema, compression="zstd")
        self._batches: list[pa.RecordBatch] = []
        self._size = 0

    def write(self, lines: Sequence[bytes]) -> None:
        found = self._reader.read(lines)
        self._batches.append(found)
        self._size += found.nbytes
        if self._size >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._batches:
            table = pa.Table.from_batches(self._batches, self._reader.schema)
            self._out.write_table(table, row_group_size=table.num_rows)
            self._batches, self._size = [], 0

    def close(self) -> None:
        self._flush()
        self._out.close()


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    media_type: str
    open: Callable[[Path, Json], Writer]
    # False if a file without rows doesn't contain columns. Programs such as Polars can't read an empty file.
    has_columns: bool = True


FORMATS: Mapping[str, Format] = {
    "jsonl": Format("jsonl.zst", "application/zstd", JsonLines, has_columns=False),  # RFC 8878
    "csv": Format("csv.zst", "application/zstd", Csv),
    "parquet": Format("parquet", "application/vnd.apache.parquet", Parquet),
}
