"""The generation of JSON Schema (2020-12) from the models. Components are named after the models."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from factcheck.record.statements.output import COMPONENT, IN_PLACE
from factcheck.record.statements.parts import Part

Json = dict[str, Any]

_REF = "#/components/schemas/"


class _Generator(GenerateJsonSchema):
    """A generator that writes a nullable type as a list, for example `["string", "null"]`."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Json:
        inner = self.generate_inner(schema["schema"])
        kind = inner.get("type")
        if not isinstance(kind, str):
            return {"anyOf": [inner, {"type": "null"}]}
        more = {"enum": [*inner["enum"], None]} if "enum" in inner else {}
        return {**inner, "type": [kind, "null"], **more}


def published_schemas(*models: type[Part]) -> Json:
    """Return schemas of published objects. Every key is present, and later versions may add keys."""
    return _components(models, "serialization")


def request_schemas(*models: type[Part]) -> Json:
    """Return schemas of request bodies. Other keys aren't allowed, and some keys are required."""
    return _components(models, "validation")


def object_schema(description: str, properties: Json) -> Json:
    """Return the schema of an object that always has all of these keys."""
    return {"type": "object", "description": description, "required": list(properties), "properties": properties}


def standalone_schema(model: type[Part]) -> Json:
    """Return the schema of a published object as a document of its own, with inner objects in `$defs`."""
    defs = _components([model], "serialization", "#/$defs/")
    schema = defs.pop(model.__name__)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": defs}


def _components(models: Iterable[type[Part]], mode: Literal["validation", "serialization"], place: str = _REF) -> Json:
    _refs, found = models_json_schema(
        [(model, mode) for model in models], ref_template=f"{place}{{model}}", schema_generator=_Generator
    )
    defs = found["$defs"]
    return {name: _tidy(schema, mode, defs) for name, schema in defs.items() if IN_PLACE not in schema}


def _tidy(schema: Any, mode: str, defs: Json) -> Any:
    """Return the schema without defaults and titles, which are only for the desk, and with nested objects in place."""
    if isinstance(schema, list):
        return [_tidy(each, mode, defs) for each in schema]
    if isinstance(schema, str):
        return " ".join(schema.split())  # a docstring has several lines
    if not isinstance(schema, dict):
        return schema
    dropped = {"title", "default", IN_PLACE, COMPONENT}
    if IN_PLACE in (inner := defs.get(str(schema.get("$ref")).rpartition("/")[2], {})):
        schema = {**inner, **schema}
        dropped.add("$ref")
    if COMPONENT in schema:
        schema["$ref"] = _REF + schema[COMPONENT]
    if schema.get("additionalProperties") is False and mode == "serialization":
        dropped.add("additionalProperties")
    return {
        key: {name: _tidy(each, mode, defs) for name, each in value.items()}
        if key == "properties"
        else _tidy(value, mode, defs)
        for key, value in schema.items()
        if key not in dropped
    }
