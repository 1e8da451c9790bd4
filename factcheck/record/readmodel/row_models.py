"""Columns that current and past rows of reviews and claims have in common."""

from functools import cached_property
from typing import Any, Self, TypeVar

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import models

from factcheck.record.formats.text import fold_words

Row = TypeVar("Row", bound=models.Model)
Past = TypeVar("Past", bound=models.Model)


MAX_ORIGINAL = 200  # characters of a publisher's verdict. A longer verdict is a sentence, of which the rest is cut off


def original_verdict_of(words: str) -> str:
    """The publisher's words of a verdict as filters compare them: without case, at most MAX_ORIGINAL characters."""
    return fold_words(words)[:MAX_ORIGINAL]


class Status(models.TextChoices):
    """The public state of a review or claim. Its URL responds with 200, with 200 and a tombstone, or with 410."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class RowQuerySet(models.QuerySet[Row]):
    def live(self) -> Self:
        """The rows that haven't been withdrawn or erased."""
        return self.filter(status=Status.LIVE)


class ReviewRow(models.Model):
    """The body of a review in the API, with columns for filters."""

    claim_id = models.UUIDField(null=True)
    status = models.CharField(max_length=10, choices=Status)
    sequence = models.BigIntegerField(help_text="The entry that this row shows.")
    body = models.TextField(help_text="JSON, sent unchanged. For an erased review, the public notice.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case.")
    verdict = models.CharField(max_length=130, null=True, help_text="scale:slug")
    original_verdict = models.CharField(
        max_length=MAX_ORIGINAL, null=True, help_text="The publisher's own words, folded (`original_verdict_of`)."
    )
    publisher = models.CharField(max_length=255, help_text="The publisher's site.")
    claimant = models.UUIDField(null=True)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    appearance_keys = ArrayField(models.CharField(max_length=32), default=list)
    original_key = models.CharField(max_length=32, null=True)
    link_keys = ArrayField(
        models.BigIntegerField(), default=list, help_text="Keys of the URLs that the review cites (`link_key`)."
    )
    claimed_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True

    @cached_property
    def parsed_body(self) -> dict[str, Any]:
        """The body as a dictionary. Code that already has the dictionary sets this attribute to avoid parsing."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found


class ClaimRow(models.Model):
    """The body of a claim in the API, with columns for filters."""

    status = models.CharField(max_length=10, choices=Status)
    sequence = models.BigIntegerField(help_text="The entry that made this row.")
    body = models.TextField(help_text="JSON, sent unchanged.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case.")
    claimant = models.UUIDField(null=True)
    verdicts = ArrayField(models.CharField(max_length=130), default=list)
    original_verdicts = ArrayField(models.CharField(max_length=MAX_ORIGINAL), default=list)
    publishers = ArrayField(models.CharField(max_length=255), default=list)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    appearance_keys = ArrayField(models.CharField(max_length=32), default=list)
    claimed_on = models.DateField(null=True)
    published_at = models.DateTimeField(help_text="When its first review was published.")
    updated_at = models.DateTimeField()

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True


def as_past(model: type[Past], row: models.Model, until: int) -> Past:
    """Converts a current row, which the entry `until` replaced, to a past row."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname != "until"]
    return model(until=until, **{name: getattr(row, name) for name in columns})
