"""The columns that rows of the read model have, whether they show what is public now or what was."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain
from operator import attrgetter
from typing import Any, Self, TypeVar

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
Past = TypeVar("Past", bound=models.Model)
Made = TypeVar("Made")


class Status(models.TextChoices):
    """What the public gets at an address: 200, 200 with the tombstone, 410."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class RowQuerySet(models.QuerySet[Row]):
    def live(self) -> Self:
        """Neither withdrawn nor erased."""
        return self.filter(status=Status.LIVE)


class ReviewRow(models.Model):
    """The body that the API sends for a review, and the columns its filters need."""

    claim_id = models.UUIDField(null=True)
    status = models.CharField(max_length=10, choices=Status)
    sequence = models.BigIntegerField(help_text="The entry that this row shows.")
    body = models.TextField(help_text="JSON, sent as it is. For an erased review the public notice.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case.")
    verdict = models.CharField(max_length=130, null=True, help_text="scale:slug")
    publisher = models.CharField(max_length=255, help_text="The publisher's site.")
    claimant = models.UUIDField(null=True)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    appearance_keys = ArrayField(models.CharField(max_length=32), default=list)
    original_key = models.CharField(max_length=32, null=True)
    claimed_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True

    @cached_property
    def said(self) -> dict[str, Any]:
        """The body as an object. Whoever makes a row of one sets it, so that it need not be read again."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found


class ClaimRow(models.Model):
    """The body that the API sends for a claim, and the columns its filters need."""

    status = models.CharField(max_length=10, choices=Status)
    sequence = models.BigIntegerField(help_text="The entry that made the row what it is.")
    body = models.TextField(help_text="JSON, sent as it is.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case.")
    claimant = models.UUIDField(null=True)
    verdicts = ArrayField(models.CharField(max_length=130), default=list)
    publishers = ArrayField(models.CharField(max_length=255), default=list)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    appearance_keys = ArrayField(models.CharField(max_length=32), default=list)
    claimed_on = models.DateField(null=True)
    published_at = models.DateTimeField(help_text="When its first review was published.")
    updated_at = models.DateTimeField()

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True


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


def as_past(model: type[Past], row: models.Model, until: int) -> Past:
    """The row as it goes into the past's table, when the entry `until` took its place."""
    columns = [field.attname for field in row._meta.concrete_fields if not field.generated]
    return model(until=until, **{name: getattr(row, name) for name in columns})
