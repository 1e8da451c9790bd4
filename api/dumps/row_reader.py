"""Converts rows of JSON to Arrow columns. Arrow parses the rows, so values don't become Python objects."""

from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.json as pj

from api.dumps.columns import columns

Json = dict[str, Any]


class RowReader:
    """Reads rows of a schema (`tables.row_schema`)."""

    def __init__(self, schema: Json) -> None:
        self.schema = columns(schema)
        self._texts = pa.struct(columns(schema, texts=True))
        self._reader_schema = pa.schema([(each.name, _reader_type(each.type)) for each in self._texts])

    def read(self, lines: Sequence[bytes]) -> pa.RecordBatch:
        """Read rows of JSON, each ending with a newline."""
        try:
            found = self._read(b"".join(lines))
            arrays = [_converted(found[each.name].combine_chunks(), each.type) for each in self.schema]
            return pa.record_batch(arrays, self.schema)
        except pa.ArrowInvalid:  # Arrow has inferred a wrong type
            whole = pa.array([orjson.loads(line) for line in lines], self._texts)
            return pa.RecordBatch.from_struct_array(whole.cast(pa.struct(self.schema)))

    def _read(self, data: bytes) -> pa.Table:
        return pj.read_json(
            pa.BufferReader(data),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pj.ParseOptions(explicit_schema=self._reader_schema, unexpected_field_behavior="infer"),
        )


def _reader_type(kind: pa.DataType) -> pa.DataType:
    """Return the type for Arrow's reader. The reader doesn't support maps, but adds unknown keys to a struct."""
    if pa.types.is_map(kind):
        return pa.struct([])
    if pa.types.is_struct(kind):
        return pa.struct([(each.name, _reader_type(each.type)) for each in kind])
    if pa.types.is_list(kind):
        return pa.list_(_reader_type(kind.value_type))
    return kind


def _converted(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Convert a column to its type. Raises ArrowInvalid."""
    if pa.types.is_map(kind):
        if not all(pa.types.is_string(each.type) or pa.types.is_null(each.type) for each in array.type):
            raise pa.ArrowInvalid(
                "texts were read as another type, for example times, so their original spelling is lost"
            )
        rows = array.to_pylist()  # maps have few keys and are much less common than other values
        return pa.array([row and {key: value for key, value in row.items() if value is not None} for row in rows], kind)
    if pa.types.is_struct(kind):
        parts = [_converted(array.field(each.name), each.type) for each in kind]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind):
        items = _converted(array.values, kind.value_type)
        return pa.ListArray.from_arrays(array.offsets, items, type=kind, mask=array.is_null())
    return array.cast(kind)
