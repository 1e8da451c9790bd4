"""Converts a JSON Schema to columns, so that columns aren't listed twice. Unsupported schemas raise errors."""

from typing import Any

import pyarrow as pa

Json = dict[str, Any]

_SCALARS = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_()}
# The record stores times in UTC with microseconds (canonical.rfc3339).
_FORMATS = {"date-time": pa.timestamp("us", "UTC"), "date": pa.date32()}


def columns(schema: Json, *, texts: bool = False) -> pa.Schema:
    """Return the columns for rows of this schema (`tables.row_schema`). If `texts` is true, times and dates are text.

    Objects become structs, lists remain lists, and objects with arbitrary keys become maps. Every column is nullable,
    because rows from before a key was introduced don't contain the key. Raises ValueError.
    """
    return pa.schema(
        [(name, _column(each, schema["$defs"], name, texts)) for name, each in schema["properties"].items()]
    )


def _column(schema: Json, defs: Json, path: str, texts: bool) -> pa.DataType:
    if "$ref" in schema:
        return _column(defs[schema["$ref"].rpartition("/")[2]], defs, path, texts)
    if "anyOf" in schema:
        found = {_column(each, defs, path, texts) for each in schema["anyOf"] if each.get("type") != "null"}
        if len(found) != 1:
            raise ValueError(f"{path}: several types have no column")
        return found.pop()
    names = schema.get("type", [])
    if names == "null":
        return pa.string()  # the schema doesn't specify which other type may follow
    kinds = [name for name in ([names] if isinstance(names, str) else names) if name != "null"]
    match kinds:
        case ["array"]:
            return pa.list_(_column(schema["items"], defs, f"{path}[]", texts))
        case ["object"] if "properties" in schema:
            return pa.struct(
                [(name, _column(each, defs, f"{path}.{name}", texts)) for name, each in schema["properties"].items()]
            )
        case ["object"] if "additionalProperties" in schema:
            return pa.map_(pa.string(), _column(schema["additionalProperties"], defs, f"{path}.*", texts))
        case [kind] if kind in _SCALARS:
            return _SCALARS[kind] if texts else _FORMATS.get(schema.get("format", ""), _SCALARS[kind])
    raise ValueError(f"{path}: {names or 'no type'} has no column")
