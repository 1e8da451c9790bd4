"""The checks of statements: parsing input with a model, checking a statement, and comparing two revisions."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import ValidationError

from factcheck.record.statements.faults import Fault, Location, faults_of
from factcheck.record.statements.parts import Part, default_of, keys_of, parts_of


def with_defaults(statement: Mapping[str, Any], model: type[Part]) -> dict[str, Any]:
    """Return the statement with defaults for all missing keys, at every level. Keys that can be absent stay absent."""
    return {
        key: default() if (value := statement.get(key)) is None else _with_defaults(value, part) if part else value
        for key, part, default, can_be_absent in _keys(model)
        if statement.get(key) is not None or not can_be_absent
    }


def without_empty(value: Any) -> Any:
    """Return the value without nulls, empty lists and empty objects, at every level."""
    if isinstance(value, Mapping):
        return {key: without_empty(each) for key, each in value.items() if each not in (None, [], {})}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


def parse(data: Any, model: type[Part]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return the input in normal form with every key, or None and all faults."""
    try:
        return model.model_validate(data).model_dump(by_alias=True), []
    except ValidationError as problem:
        return None, list(faults_of(problem.errors(include_url=False), lambda location: _object_at(model, location)))


def check(statement: Mapping[str, Any], model: type[Part]) -> list[Fault]:
    """Return the faults of a statement for publication, which must have every key in normal form."""
    normal, faults = parse(statement, model)
    return faults if normal is None else _differences("", normal, statement)


def _with_defaults(value: Any, part: type[Part]) -> Any:
    return [with_defaults(each, part) for each in value] if isinstance(value, list) else with_defaults(value, part)


@cache
def _keys(model: type[Part]) -> list[tuple[str, type[Part] | None, Callable[[], Any], bool]]:
    """Return each key with the model of its value or None, its default as a function, and whether it can be absent."""
    parts, fields = parts_of(model), model.model_fields
    return [
        (key, parts.get(name), default_of(model, name), fields[name].exclude_if is not None)
        for key, name in keys_of(model).items()
    ]


def _differences(pointer: str, normal: Any, value: Any) -> list[Fault]:
    """Return a fault for every position where the value isn't in normal form."""
    if isinstance(normal, dict) and isinstance(value, dict):
        absent = [Fault(f"{pointer}/{key}", "missing") for key in normal if key not in value]
        return absent + [
            each for key in normal if key in value for each in _differences(f"{pointer}/{key}", normal[key], value[key])
        ]
    if isinstance(normal, list) and isinstance(value, list):
        return [
            each
            for index, pair in enumerate(zip(normal, value, strict=True))
            for each in _differences(f"{pointer}/{index}", *pair)
        ]
    return [] if normal == value else [Fault(pointer, "other_spelling", {"value": normal})]


def _object_at(model: type[Part], location: Location) -> dict[str, bool]:
    """Return the keys of the object at this location, and whether each may be null.

    The result is empty if any key is allowed.
    """
    for step in location:
        if isinstance(step, str):
            part = parts_of(model).get(keys_of(model)[step])
            if part is None:
                return {}
            model = part
    return {key: type(None) in get_args(model.model_fields[name].annotation) for key, name in keys_of(model).items()}
