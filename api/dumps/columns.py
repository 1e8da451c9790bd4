"""A conversion of JSON Schemas to columns, so that columns aren't listed twice. Unsupported schemas raise errors."""

from typing import Any

from arro3.core import DataType, Field, Schema

Json = dict[str, Any]

_SCALARS = {"string": DataType.utf8(), "integer": DataType.int64(), "boolean": DataType.bool()}
# The record stores times in UTC with microseconds (canonical.rfc3339).
_FORMATS = {"date-time": DataType.timestamp("us", tz="UTC"), "date": DataType.date32()}


def columns(schema: Json) -> Schema:
    """Return the columns for rows of this schema (`tables.row_schema`).

    Objects become structs, lists remain lists, and objects with arbitrary keys become maps. Every column is nullable,
    because rows from before a key was introduced don't contain the key. Raise ValueError if a part of the schema has no
    column.
    """
    return Schema(_fields(schema["properties"], schema["$defs"], ""))


def _fields(properties: Json, defs: Json, place: str) -> list[Field]:
    return [Field(name, _column(each, defs, place + name), nullable=True) for name, each in properties.items()]


def _column(schema: Json, defs: Json, path: str) -> DataType:
    if "$ref" in schema:
        return _column(defs[schema["$ref"].rpartition("/")[2]], defs, path)
    if "anyOf" in schema:
        first, *others = [_column(each, defs, path) for each in schema["anyOf"] if each.get("type") != "null"]
        if any(other != first for other in others):
            raise ValueError(f"{path}: several types have no column")
        return first
    names = schema.get("type", [])
    if names == "null":
        return DataType.utf8()  # the schema doesn't specify which other type may follow
    kinds = [name for name in ([names] if isinstance(names, str) else names) if name != "null"]
    match kinds:
        case ["array"]:
            return DataType.list(Field("element", _column(schema["items"], defs, f"{path}[]"), nullable=True))
        case ["object"] if "properties" in schema:
            return DataType.struct(_fields(schema["properties"], defs, f"{path}."))
        case ["object"] if "additionalProperties" in schema:
            value = _column(schema["additionalProperties"], defs, f"{path}.*")
            key = Field("key", DataType.utf8(), nullable=False)
            return DataType.map(key, Field("value", value, nullable=True), keys_sorted=False)
        case [kind] if kind in _SCALARS:
            return _FORMATS.get(schema.get("format", ""), _SCALARS[kind])
    raise ValueError(f"{path}: {names or 'no type'} has no column")
