"""Checks of which a strict format is put together: each takes a value, its JSON pointer and the notes.

A check gives the value for the record, or None when it is absent or wrong; what is wrong goes into
`notes.refused`. Absent keys are the same as null.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from factcheck.exchange.json_values import Number
from factcheck.exchange.jsonld import Notes, check_text
from factcheck.exchange.normalise import is_blank, language_tag
from factcheck.exchange.shapes import MAX_BODY, MAX_LIST, MAX_NAME, Problem, pointer_step
from factcheck.record.text import clean_text

Check = Callable[[object, str, Notes], Any]


def refuse(notes: Notes, pointer: str, code: str, detail: str) -> None:
    notes.refused.append(Problem(pointer, code, detail))


def text_of(limit: int, *, one_line: bool = False) -> Check:
    def check(value: object, pointer: str, notes: Notes) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or isinstance(value, Number):
            _wrong_type(value, "text", pointer, notes)
            return None
        value = clean_text(value)
        value = " ".join(value.split()) if one_line else value
        check_text(notes, pointer, value, limit)
        return None if is_blank(value) else value

    return check


def form(read: Callable[[str], str | None], expected: str) -> Check:
    """A text that `read` understands, in the spelling that it gives back."""

    def check(value: object, pointer: str, notes: Notes) -> str | None:
        text: str | None = text_of(MAX_BODY)(value, pointer, notes)
        found = None if text is None else read(text)
        if text is not None and found is None:
            refuse(notes, pointer, "wrong_form", f"{text[:100]!r} is not {expected}")
        return found

    return check


def matching(pattern: re.Pattern[str], expected: str) -> Check:
    return form(lambda text: text if pattern.fullmatch(text) else None, expected)


def one_of(*words: str) -> Check:
    return form(lambda text: text if text in words else None, f"one of {', '.join(words)}")


def uuid(text: str) -> str | None:
    try:
        return str(UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def integer(value: object, pointer: str, notes: Notes) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Number) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    _wrong_type(value, "a whole number", pointer, notes)
    return None


def boolean(value: object, pointer: str, notes: Notes) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    _wrong_type(value, "true or false", pointer, notes)
    return None


def list_of(each: Check, limit: int = MAX_LIST) -> Check:
    def check(value: object, pointer: str, notes: Notes) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            _wrong_type(value, "a list", pointer, notes)
            return []
        if len(value) > limit:
            refuse(notes, pointer, "too_long", f"has {len(value)} members; {limit} are allowed")
            return []
        found = [each(member, f"{pointer}/{index}", notes) for index, member in enumerate(value)]
        for index, member in enumerate(found):
            if member is None and value[index] is None:
                refuse(notes, f"{pointer}/{index}", "wrong_type", "null stands where a member is expected")
        return found

    return check


def labels(value: object, pointer: str, notes: Notes) -> dict[str, str]:
    """Labels by language tag."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        _wrong_type(value, "an object", pointer, notes)
        return {}
    found = {}
    for key, label in value.items():
        tag, place = language_tag(key), f"{pointer}/{pointer_step(key)}"
        if tag is None:
            refuse(notes, place, "unknown_key", "is no language tag (BCP 47)")
        elif (text := needed(text_of(MAX_NAME, one_line=True))(label, place, notes)) is not None:
            found[tag] = text
    return found


def needed(check: Check) -> Check:
    def checked(value: object, pointer: str, notes: Notes) -> Any:
        before = len(notes.refused)
        found = check(value, pointer, notes)
        if found is None and len(notes.refused) == before:
            refuse(notes, pointer, "missing", "is missing or empty")
        return found

    return checked


def object_of(checks: Mapping[str, Check]) -> Check:
    def check(value: object, pointer: str, notes: Notes) -> dict[str, Any] | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            _wrong_type(value, "an object", pointer, notes)
            return None
        for key in value.keys() - checks.keys():
            refuse(notes, f"{pointer}/{pointer_step(key)}", "unknown_key", "is no key of this format")
        return {key: each(value.get(key), f"{pointer}/{key}", notes) for key, each in checks.items()}

    return check


def _wrong_type(value: object, expected: str, pointer: str, notes: Notes) -> None:
    names = {dict: "an object", list: "a list", bool: "a truth value", str: "a text", type(None): "null"}
    refuse(notes, pointer, "wrong_type", f"{names.get(type(value), 'a number')} stands where {expected} is expected")
