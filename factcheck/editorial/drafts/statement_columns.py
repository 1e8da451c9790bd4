"""Conversion between the keys of a statement and the model's columns with the same names.

Keys of a nested part (`selection.reason`) are stored in columns with the part's name as a prefix (`selection_reason`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.statements.checks import with_defaults
from factcheck.record.statements.parts import Part, keys_of, parts_of


def columns_of(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by column of the model, for keys that are columns. Null becomes an empty text."""
    columns, found = _columns(model), {}
    for key, value in values.items():
        if key in columns:
            found[key] = columns[key](value)
        elif isinstance(value, Mapping | None) and _is_spread(value, part := _columns_of_part(model, key)):
            found |= {column: columns[column]((value or {}).get(name)) for name, column in part.items()}
    return found


def values_of(row: Any, part: type[Part], model: type[models.Model] | None = None) -> dict[str, Any]:
    """Return the values by key of the statement, for keys that are columns.

    Empty texts and empty parts become null. `model` is required for a row that isn't a model instance.
    """
    keys, parts = _keys_of(model or row._meta.model, part)
    found = {name: _json_value(getattr(row, name)) for name in keys}
    for name, columns in parts.items():
        inner = {key: _json_value(getattr(row, column)) for key, column in columns.items()}
        found[name] = inner if any(value is not None for value in inner.values()) else None
    return found


def empty_columns(model: type[models.Model], part: type[Part]) -> dict[str, Any]:
    """Return the columns for the statement's keys, with the values of an empty statement."""
    return columns_of(model, with_defaults({}, part))


def remaining_fields(model: type[models.Model], part: type[Part], rows: Iterable[str | tuple[str, ...]]) -> list[str]:
    """Return the form fields for those keys of the statement that `rows` doesn't include yet."""
    named = {name for row in rows for name in ((row,) if isinstance(row, str) else row)}
    keys, parts = _keys_of(model, part)
    columns = [*keys, *(column for spread in parts.values() for column in spread.values())]
    fields = {column.attname: column.name for column in model._meta.concrete_fields if column.editable}
    return [fields[column] for column in columns if column in fields and fields[column] not in named]


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else None if value == "" else value


@cache
def _keys_of(model: type[models.Model], part: type[Part]) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Return the keys that have a column of the same name, and the columns of nested parts by the part's key.

    A nested part is included only if each of its keys has a column.
    """
    columns, names = _columns(model), keys_of(part)
    spread = {}
    for key in names.keys() - columns.keys():
        inner, found = parts_of(part).get(names[key]), _columns_of_part(model, key)
        if inner and found and found.keys() == keys_of(inner).keys():
            spread[key] = {name: found[name] for name in keys_of(inner)}
    return [key for key in names if key in columns], {key: spread[key] for key in names if key in spread}


def _is_spread(value: Mapping[str, Any] | None, part: Mapping[str, str]) -> bool:
    """Return whether the value is a part whose keys have their own columns. Null clears these columns."""
    return bool(part) and (value is None or value.keys() == part.keys())


@cache
def _columns_of_part(model: type[models.Model], name: str) -> dict[str, str]:
    begins = f"{name}_"
    return {column.removeprefix(begins): column for column in _columns(model) if column.startswith(begins)}


@cache
def _columns(model: type[models.Model]) -> dict[str, Callable[[Any], Any]]:
    """Return the conversion from JSON for each column. References to other tables are left out."""
    plain = {column.name: column for column in model._meta.concrete_fields if not column.is_relation}
    own = {column.attname: column for column in model._meta.concrete_fields if column.related_model is model}
    return {name: _value_of(column) for name, column in (plain | own).items()}


def _value_of(column: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if isinstance(column, models.DateTimeField):
        return lambda value: datetime.fromisoformat(value) if value else None
    if isinstance(column, models.DateField):
        return lambda value: date.fromisoformat(value) if value else None
    if isinstance(column, models.CharField | models.TextField) and not column.null:
        return lambda value: value or ""
    return lambda value: value
