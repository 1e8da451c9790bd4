"""Between the keys of a statement and the columns of the same names."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from factcheck.record.statements.parts import Part


def columns_of(model: type[models.Model], said: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the model's columns that the keys name, each with its value; null is the empty text."""
    return {name: value_of(said[name]) for name, value_of in _columns(model).items() if name in said}


def said_of(row: Any, part: type[Part]) -> dict[str, Any]:
    """What the row says of the keys that are its columns; the empty text is null."""
    columns = _columns(row._meta.model)
    return {name: _said(getattr(row, name)) for name in part.model_fields if name in columns}


def _said(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else None if value == "" else value


@cache
def _columns(model: type[models.Model]) -> dict[str, Callable[[Any], Any]]:
    return {column.name: _value_of(column) for column in model._meta.concrete_fields if not column.is_relation}


def _value_of(column: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if isinstance(column, models.DateField):
        return lambda value: date.fromisoformat(value) if value else None
    if isinstance(column, models.CharField | models.TextField) and not column.null:
        return lambda value: value or ""
    return lambda value: value


def arranged(model: type[models.Model], part: type[Part], *rows: str | tuple[str, ...], last: str = "") -> list[Any]:
    """The fields of a form in these rows, and after them the columns of the statement's other keys."""
    named = {name for row in rows for name in ((row,) if isinstance(row, str) else row)}
    others = [name for name in part.model_fields if name in _columns(model) and name not in named]
    return [*rows, *others, *([last] if last else [])]
