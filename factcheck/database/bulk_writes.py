"""Writes many rows at once: by COPY, or in place of rows with the same keys."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

Made = TypeVar("Made")


def insert(model: type[models.Model], rows: Iterable[Any]) -> None:
    """Adds many rows by COPY: instances, or whatever has the model's columns as attributes.

    A row is asked for while the server takes in those before it. Values go in as they are, without a field's
    `pre_save` and without defaults of the model; an automatic number is given by the database.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    columns, values, spellings = _columns(model)
    statement = f"COPY {model._meta.db_table} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in chain([first], rows):
            line = list(values(row))
            for place, spelled in spellings:
                if line[place] is not None:
                    line[place] = spelled(line[place])
            copy.write_row(line)


def kept(making: Iterable[Made], rows: list[Made]) -> Iterator[Made]:
    """Passes rows on as they are made and keeps them in the list."""
    for row in making:
        rows.append(row)
        yield row


def upsert(model: type[Any], rows: Sequence[Any], unique: Sequence[str]) -> None:
    """Inserts the rows; those with the same `unique` columns, all texts or all ids, give way to them."""
    if not rows:
        return
    kinds = ", ".join(f"%s::{model._meta.get_field(name).db_type(connection)}[]" for name in unique)
    names = ", ".join(unique)
    given = [[str(getattr(row, name)) for row in rows] for name in unique]
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE ({names}) IN (SELECT * FROM unnest({kinds}))",  # noqa: S608
            given,
        )
    insert(model, rows)


@cache
def _columns(model: type[models.Model]) -> tuple[str, Callable[[object], tuple[Any, ...]], list[tuple[int, Any]]]:
    """The columns' names, what takes their values from a row, and which of these are spelled in a way of their own."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField | models.BigAutoField)
    ]
    spellings = [
        (place, spelled)
        for place, field in enumerate(fields)
        for kind, spelled in ((ArrayField, array_literal), (models.JSONField, _json), (models.CharField, str))
        if isinstance(field, kind) and (kind is not models.CharField or field.choices)
    ]
    names = ", ".join(f'"{field.column}"' for field in fields)
    return names, attrgetter(*(field.attname for field in fields)), spellings


def array_literal(value: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array."""
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in value) + "}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
