"""Reading what was sent by its model, checking a statement, and comparing an older statement with a newer one."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import ValidationError

from factcheck.record.statements.faults import Fault, Place, faults_of
from factcheck.record.statements.parts import Part, keys_of, parts_of, stands_for


def filled(said: Mapping[str, Any], model: type[Part]) -> dict[str, Any]:
    """What is said, with the value that an absent key stands for, everywhere in it."""
    return {
        key: absent() if (value := said.get(key)) is None else _filled(value, part) if part else value
        for key, part, absent in _keys(model)
    }


def _filled(value: Any, part: type[Part]) -> Any:
    return [filled(each, part) for each in value] if isinstance(value, list) else filled(value, part)


@cache
def _keys(model: type[Part]) -> list[tuple[str, type[Part] | None, Callable[[], Any]]]:
    """Each key, the part that its value is, and what gives the value that it stands for when it is absent."""
    parts = parts_of(model)
    return [(key, parts.get(name), stands_for(model, name)) for key, name in keys_of(model).items()]


def spoken(value: Any) -> Any:
    """The value without keys that say nothing."""
    if isinstance(value, Mapping):
        return {key: spoken(each) for key, each in value.items() if each not in (None, [], {})}
    return [spoken(each) for each in value] if isinstance(value, list) else value


def same(before: Mapping[str, Any], after: Mapping[str, Any], model: type[Part]) -> bool:
    """Whether two statements say the same: a key that the older one did not have yet says what it stands for."""
    return filled(before, model) == filled(after, model)


def read(said: Any, model: type[Part]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """What was sent, in its one spelling and with every key; or None, and all that is wrong with it."""
    try:
        return model.model_validate(said).model_dump(by_alias=True), []
    except ValidationError as problem:
        return None, list(faults_of(problem.errors(include_url=False), lambda place: _object_at(model, place)))


def check(statement: Mapping[str, Any], model: type[Part]) -> list[Fault]:
    """What is wrong with a statement that is to be published: it has every key, in its one spelling."""
    found, faults = read(statement, model)
    return faults if found is None else [*_otherwise("", found, statement)]


def _otherwise(place: str, found: Any, given: Any) -> list[Fault]:
    if isinstance(found, dict) and isinstance(given, dict):
        absent = [Fault(f"{place}/{key}", "missing") for key in found if key not in given]
        return absent + [
            each for key in found if key in given for each in _otherwise(f"{place}/{key}", found[key], given[key])
        ]
    if isinstance(found, list) and isinstance(given, list):
        return [
            each
            for number, pair in enumerate(zip(found, given, strict=True))
            for each in _otherwise(f"{place}/{number}", *pair)
        ]
    return [] if found == given else [Fault(place, "other_spelling", {"value": found})]


def _object_at(model: type[Part], place: Place) -> dict[str, bool]:
    """The keys of the object at the place, and whether null may stand there; none where the keys are anybody's."""
    for step in place:
        if isinstance(step, str):
            part = parts_of(model).get(keys_of(model)[step])
            if part is None:
                return {}
            model = part
    return {key: type(None) in get_args(model.model_fields[name].annotation) for key, name in keys_of(model).items()}
