"""What statements are put together of: objects with a fixed set of keys, whose fields carry what is said of them."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, ClassVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic.fields import FieldInfo

from factcheck.record.statements.faults import Wrong
from factcheck.record.statements.values import Id, Rule, Words


class Part(BaseModel):
    """An object of a statement. Types are strict, and there are no other keys than those of its fields."""

    # Whether its labels are read after the label of the key that it stands under: "publisher: name".
    labels_follow: ClassVar[bool] = False

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        cache_strings="keys",  # of values, it would keep megabytes
        json_schema_serialization_defaults_required=True,
    )


class Reference(Part):
    """Something else, by its id."""

    id: Id


def told(label: str = "", meaning: str = "", example: Any = None, default: Any = None, most: int | None = None) -> Any:
    """A field that may be absent: what people read for its key, its meaning, an example, and its value when absent.

    A list or object that is absent is empty: its `default` is a type. `most` is how many members a list may have.
    """
    given = {"default_factory": default} if isinstance(default, type) else {"default": default}
    return Field(**given, max_length=most, **_words(label, meaning, example))


def list_of(kind: Any) -> Any:
    """The type of a list whose members have a type that was made by `without` or `only`."""
    return GenericAlias(list, (kind,))


def needed(label: str = "", meaning: str = "", example: Any = None) -> Any:
    """A field that is never absent."""
    return Field(**_words(label, meaning, example))


def _words(label: str, meaning: str, example: Any) -> dict[str, Any]:
    return {
        "title": label or None,
        "description": meaning or None,
        "examples": None if example is None else [example],
    }


def without(model: type[Part], *names: str, called: str, meaning: str = "", **more: Any) -> type[Part]:
    """The model's keys except these, and more or other ones as (type, field). A new key of the model is included."""
    return _made(
        called, meaning, {name: _field(model, name) for name in model.model_fields if name not in names} | more
    )


def only(model: type[Part], *names: str, called: str, meaning: str = "", **more: Any) -> type[Part]:
    """These keys of the model alone, and more."""
    return _made(called, meaning, {name: _field(model, name) for name in names} | more)


class _Changes(Part):
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, said: Any) -> Any:
        if said == {}:
            raise Wrong("no_changes")
        return said


def changes_of(model: type[Part], *, called: str, meaning: str) -> type[Part]:
    """The same keys, each of which may be left out, though not all."""
    fields = {name: _field(model, name) for name in model.model_fields}
    for _kind, field in fields.values():
        field.default, field.default_factory = None, None
    return create_model(called, __base__=_Changes, __doc__=meaning, **cast("dict[str, Any]", fields))


def _made(called: str, meaning: str, fields: Mapping[str, Any]) -> type[Part]:
    return create_model(called, __base__=Part, __doc__=meaning or None, **fields)


def _field(model: type[Part], name: str) -> tuple[Any, FieldInfo]:
    field = copy(model.model_fields[name])
    return field.annotation, field


def stands_for(model: type[Part], name: str) -> Callable[[], Any]:
    """Makes the value that the key stands for when it is absent."""
    field = model.model_fields[name]
    if factory := cast("Callable[[], Any] | None", field.default_factory):
        return factory
    value = None if field.is_required() else field.default
    return lambda: value


def find_rule(model: type[Part], name: str) -> Rule | None:
    """How the text of the field is read; None for what is no text."""
    return next((each for each in model.model_fields[name].metadata if isinstance(each, Rule)), None)


def words_of(model: type[Part], name: str) -> type[Words] | None:
    """The words that the value can be, or that the members of the list can be."""
    field = model.model_fields[name]
    members = [each for kind in get_args(field.annotation) for each in getattr(kind, "__metadata__", ())]
    return next((each.words for each in [*field.metadata, *members] if isinstance(each, Rule) and each.words), None)


@cache
def rule_of(model: type[Part], name: str) -> Rule:
    """How the text of the field is read."""
    found = find_rule(model, name)
    assert found is not None
    return found


def limit(model: type[Part], name: str) -> int:
    """How many characters the field may have."""
    found = rule_of(model, name).limit
    assert found is not None
    return found


def part_of(model: type[Part], name: str) -> type[Part] | None:
    """The model of the object, or of the members of the list, under the key; None for a plain value."""
    waiting = [model.model_fields[name].annotation]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, Part):
            return kind
        waiting += get_args(kind)
    return None


def kind_of(model: type[Part], name: str) -> type:
    """The type of the value under the key, null apart: str, int, bool, list, dict, or the model of an object."""
    kind = model.model_fields[name].annotation
    if get_origin(kind) is UnionType:
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    found = get_origin(kind) or kind
    assert isinstance(found, type)
    return found


@cache
def parts_of(model: type[Part]) -> dict[str, type[Part]]:
    """The keys under which objects stand."""
    return {name: part for name in model.model_fields if (part := part_of(model, name))}


@cache
def keys_of(model: type[Part]) -> dict[str, str]:
    """By key of the JSON the name of the field: they differ where the key is a word of Python."""
    return {field.alias or name: name for name, field in model.model_fields.items()}
