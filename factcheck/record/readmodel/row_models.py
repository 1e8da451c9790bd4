"""States of reviews and claims, and the form in which verdicts of publishers are compared."""

from typing import Self, TypeVar

from django.db import models

from factcheck.record.formats.text import fold_words

Row = TypeVar("Row", bound=models.Model)


MAX_ORIGINAL = 200  # characters of a publisher's verdict. A longer verdict is a sentence and is cut off.


def original_verdict_of(words: str) -> str:
    """Return a publisher's verdict as filters compare it: without case, and at most MAX_ORIGINAL characters."""
    return fold_words(words)[:MAX_ORIGINAL]


class Status(models.TextChoices):
    """The public state of a review or claim.

    The URL of a live review responds with 200. For a withdrawn review, it responds with 200 and a tombstone. For an
    erased review, it responds with 410.
    """

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class RowQuerySet(models.QuerySet[Row]):
    def live(self) -> Self:
        """Filter the rows that haven't been withdrawn or erased."""
        return self.filter(status=Status.LIVE)
