"""States of reviews and claims, and the form in which verdicts of publishers are compared."""

from typing import Self, TypeVar

from django.db import models

from factcheck.record.formats.text import fold_words

Row = TypeVar("Row", bound=models.Model)


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
