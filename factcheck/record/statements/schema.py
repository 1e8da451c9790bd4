"""The generation of JSON Schema (2020-12) from the models. Components are named after the models."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from factcheck.record.statements.parts import Part

Json = dict[str, Any]


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


def _components(models: Iterable[type[Part]], mode: Literal["validation", "serialization"]) -> Json:
    _refs, found = models_json_schema(
        [(model, mode) for model in models],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Generator,
    )
    return {name: _tidy(schema, mode) for name, schema in found["$defs"].items()}


def _tidy(schema: Any, mode: str) -> Any:
    """Return the schema without defaults and without titles, which are only for the desk."""
    if isinstance(schema, list):
        return [_tidy(each, mode) for each in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {"title", "default"} | (
        {"additionalProperties"} if schema.get("additionalProperties") is False else set()
    )
    if mode == "validation":
        dropped.discard("additionalProperties")
    return {
        key: {name: _tidy(each, mode) for name, each in value.items()} if key == "properties" else _tidy(value, mode)
        for key, value in schema.items()
        if key not in dropped
    }
