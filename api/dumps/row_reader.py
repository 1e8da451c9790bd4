"""Rows of JSON as Arrow's columns. Arrow's own reader takes them apart, without a Python object for every value."""

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
        self._as_read = pa.schema([(each.name, _as_read(each.type)) for each in self._texts])

    def read(self, lines: Sequence[bytes]) -> pa.RecordBatch:
        """Rows as JSON, each with a newline after it."""
        try:
            found = self._read(b"".join(lines))
            arrays = [_shaped(found[each.name].combine_chunks(), each.type) for each in self.schema]
            return pa.record_batch(arrays, self.schema)
        except pa.ArrowInvalid:  # what the reader has to guess, it may guess wrong
            whole = pa.array([orjson.loads(line) for line in lines], self._texts)
            return pa.RecordBatch.from_struct_array(whole.cast(pa.struct(self.schema)))

    def _read(self, data: bytes) -> pa.Table:
        return pj.read_json(
            pa.BufferReader(data),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pj.ParseOptions(explicit_schema=self._as_read, unexpected_field_behavior="infer"),
        )


def _as_read(kind: pa.DataType) -> pa.DataType:
    """What the reader is told. It knows no maps, but adds the keys that it finds to a struct."""
    if pa.types.is_map(kind):
        return pa.struct([])
    if pa.types.is_struct(kind):
        return pa.struct([(each.name, _as_read(each.type)) for each in kind])
    if pa.types.is_list(kind):
        return pa.list_(_as_read(kind.value_type))
    return kind


def _shaped(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """What was read as a column of its type. Raises ArrowInvalid."""
    if pa.types.is_map(kind):
        if not all(pa.types.is_string(each.type) or pa.types.is_null(each.type) for each in array.type):
            raise pa.ArrowInvalid("texts were taken for something else, such as times, and their spelling is lost")
        rows = array.to_pylist()  # few keys, and far fewer of these than of anything else
        return pa.array([row and {key: value for key, value in row.items() if value is not None} for row in rows], kind)
    if pa.types.is_struct(kind):
        parts = [_shaped(array.field(each.name), each.type) for each in kind]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind):
        items = _shaped(array.values, kind.value_type)
        return pa.ListArray.from_arrays(array.offsets, items, type=kind, mask=array.is_null())
    return array.cast(kind)
