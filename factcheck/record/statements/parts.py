"""The building blocks of statements: models whose fields have a label, a description and an example."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, ClassVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic.fields import FieldInfo

from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.values import Choices, Id, Rule


class Part(BaseModel):
    """An object in a statement. Types are strict, and unknown keys are refused."""

    # Whether the label of a field follows the label of the object's key, for example "publisher: name".
    labels_follow: ClassVar[bool] = False

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        cache_strings="keys",  # cached values would take megabytes of memory
        json_schema_serialization_defaults_required=True,
    )

    def __getitem__(self, name: str) -> Any:
        """Return an attribute. Templates try this first, and its failure would take longer than everything else."""
        return getattr(self, name)

    def to_json_object(self) -> Any:
        """Return the object as JSON has it. The values of a draft may be invalid."""
        return self.model_dump(by_alias=True, warnings=False)


class Reference(Part):
    """A reference to another object by its ID."""

    id: Id


def optional(
    label: str = "",
    description: str = "",
    example: Any = None,
    default: Any = None,
    max_items: int | None = None,
    exclude_if: Callable[[Any], bool] | None = None,
) -> Any:
    """Define an optional field with a label, a description, an example and a default.

    For a list or an object, `default` is the type, so a missing key becomes an empty value.
    """
    defaults = {"default_factory": default} if isinstance(default, type) else {"default": default}
    return Field(**defaults, max_length=max_items, exclude_if=exclude_if, **_texts(label, description, example))


def list_of(kind: Any) -> Any:
    """Return the type of a list whose members have a type returned by `omit` or `pick`."""
    return GenericAlias(list, (kind,))


def required(label: str = "", description: str = "", example: Any = None) -> Any:
    """Define a required field."""
    return Field(**_texts(label, description, example))


def omit(model: type[Part], *names: str, model_name: str, doc: str = "", **more: Any) -> type[Part]:
    """Return a model without the named fields. `more` adds or replaces fields, as (type, field)."""
    return _make_model(
        model_name, doc, {name: _field(model, name) for name in model.model_fields if name not in names} | more
    )


def pick(model: type[Part], *names: str, model_name: str, doc: str = "", **more: Any) -> type[Part]:
    """Return a model with only the named fields. `more` adds or replaces fields, as (type, field)."""
    return _make_model(model_name, doc, {name: _field(model, name) for name in names} | more)


class _Changes(Part):
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="before")
    @classmethod
    def _is_not_empty(cls, data: Any) -> Any:
        if data == {}:
            raise InvalidValue("no_changes")
        return data


def partial(model: type[Part], *, model_name: str, doc: str) -> type[Part]:
    """Return a model with the same fields, all of them optional. An empty object is refused."""
    fields = {name: _field(model, name) for name in model.model_fields}
    for _kind, field in fields.values():
        field.default, field.default_factory = None, None
    return create_model(model_name, __base__=_Changes, __doc__=doc, **cast("dict[str, Any]", fields))


def default_of(model: type[Part], name: str) -> Callable[[], Any]:
    """Return a function that returns the field's default."""
    field = model.model_fields[name]
    if factory := cast("Callable[[], Any] | None", field.default_factory):
        return factory
    value = None if field.is_required() else field.default
    return lambda: value


def find_rule(model: type[Part], name: str) -> Rule | None:
    """Return the rule for the field's text, or None if the field isn't a text."""
    return next((each for each in model.model_fields[name].metadata if isinstance(each, Rule)), None)


def choices_of(model: type[Part], name: str) -> type[Choices] | None:
    """Return the choices for the value or for the list's members, or None if any value is allowed."""
    field = model.model_fields[name]
    members = [each for kind in get_args(field.annotation) for each in getattr(kind, "__metadata__", ())]
    return next((each.choices for each in [*field.metadata, *members] if isinstance(each, Rule) and each.choices), None)


@cache
def rule_of(model: type[Part], name: str) -> Rule:

    found = find_rule(model, name)
    assert found is not None
    return found


def max_length(model: type[Part], name: str) -> int:
    """Return the field's maximum length in characters."""
    found = rule_of(model, name).limit
    assert found is not None
    return found


def part_model(model: type[Part], name: str) -> type[Part] | None:
    """Return the model of the value or of the list's members, or None for a plain value."""
    stack = [model.model_fields[name].annotation]
    while stack:
        kind = stack.pop()
        if isinstance(kind, type) and issubclass(kind, Part):
            return kind
        stack += get_args(kind)
    return None


def value_type(model: type[Part], name: str) -> type:
    """Return the value's type apart from null: str, int, bool, list, dict, or an object's model."""
    kind = model.model_fields[name].annotation
    if get_origin(kind) is UnionType:
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    found = get_origin(kind) or kind
    assert isinstance(found, type)
    return found


@cache
def parts_of(model: type[Part]) -> dict[str, type[Part]]:
    """Return the models of fields whose values are objects or lists of objects, by field name."""
    return {name: part for name in model.model_fields if (part := part_model(model, name))}


@cache
def keys_of(model: type[Part]) -> dict[str, str]:
    """Return field names by JSON key. A name differs from its key if the key is a Python keyword."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _texts(label: str, description: str, example: Any) -> dict[str, Any]:
    return {
        "title": label or None,
        "description": description or None,
        "examples": None if example is None else [example],
    }


def _make_model(model_name: str, doc: str, fields: Mapping[str, Any]) -> type[Part]:
    return create_model(model_name, __base__=Part, __doc__=doc or None, **fields)


def _field(model: type[Part], name: str) -> tuple[Any, FieldInfo]:
    field = copy(model.model_fields[name])
    return field.annotation, field
