"""The building blocks of what this site sends. The docstring below a field describes the field.

A value has been checked before it is published, so these types don't check it again.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cache
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import ConfigDict, Field, WithJsonSchema

from factcheck.record.statements.parts import Part, default_of, parts_of
from factcheck.record.statements.values import SHA256_PATTERN, URL_PATTERN

# Keys in generated schemas, which `schema.py` replaces.
IN_PLACE, COMPONENT = "in_place", "component"

TIME = "RFC 3339 time in UTC, with microseconds."
_DIGEST = "SHA-256 of the salt and the document."
Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time", "description": TIME})]
Digest = Annotated[str, WithJsonSchema({"type": "string", "pattern": SHA256_PATTERN, "description": _DIGEST})]
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
SiteUrl = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
# Another site's URL as people copy it. Such a URL can contain brackets and non-ASCII letters, which the format `uri`
# forbids.
CopiedUrl = Annotated[str, WithJsonSchema({"type": "string", "pattern": URL_PATTERN})]
Hex = Annotated[str, WithJsonSchema({"type": "string", "pattern": SHA256_PATTERN})]
Tag = Annotated[str, WithJsonSchema({"type": "string", "description": "BCP 47 tag. `und` if unknown."})]
Share = Annotated[float, Field(ge=0, le=1)]


Read = TypeVar("Read", bound=Part)


class Output(Part):
    """An object in a response. Every key is present, unless the field is `left_out`."""

    model_config = ConfigDict(use_attribute_docstrings=True, arbitrary_types_allowed=True, serialize_by_alias=True)

    def to_json(self) -> bytes:
        return orjson.dumps(self.model_dump())


class Nested(Output):
    """An object that the schema describes in its place instead of in a component of its own."""

    model_config = ConfigDict(json_schema_extra={IN_PLACE: True})


def left_out() -> Any:
    """Define a field whose key is absent if the value is None."""
    return Field(None, exclude_if=lambda value: value is None)


def named(key: str) -> Any:
    """Define a field whose key is a Python keyword."""
    return Field(serialization_alias=key)


def one_of(words: Iterable[str]) -> Any:
    """Return the type of a text with one of these values."""
    return WithJsonSchema({"type": "string", "enum": [*words]})


def same_field(model: type[Part], name: str) -> Any:
    """Define a field with the type, the description and the example of another model's field."""
    return copy(model.model_fields[name])


def stored(component: str) -> Any:
    """Mark stored JSON, which is sent as it is. The schema refers to this component."""
    return WithJsonSchema({COMPONENT: component})


def read(model: type[Read], content: str | bytes) -> Read:
    """Return published JSON as an object of the model, without checking it again."""
    return construct(model, orjson.loads(content))


def construct(model: type[Read], data: Mapping[str, Any]) -> Read:
    """Return parsed JSON as an object of the model. A missing key gets the default, and unknown keys are left out.

    Pydantic's own `model_construct` takes three times as long.
    """
    keys, parts, rest = _keys(model)
    values = {name: data[key] if key in data else default() for key, name, default in keys}
    for name, part in parts:
        if value := values[name]:
            values[name] = [_part(part, each) for each in value] if type(value) is list else _part(part, value)
    found = model.__new__(model)
    found.__setstate__({"__dict__": values, **rest})
    return found


def _part(model: type[Read], value: Any) -> Any:
    return construct(model, value) if type(value) is dict else value


@cache
def _keys(model: type[Part]) -> tuple[list[tuple[str, str, Callable[[], Any]]], list[tuple[str, type[Part]]], Any]:
    """Return the fields' keys, names and defaults, the names and models of inner objects, and the rest of a state."""
    fields = model.model_fields
    keys = [(field.serialization_alias or name, name, default_of(model, name)) for name, field in fields.items()]
    rest = {"__pydantic_fields_set__": set(fields), "__pydantic_extra__": None, "__pydantic_private__": None}
    return keys, list(parts_of(model).items()), rest
