"""The table of what newsrooms say about themselves and about their verdicts, with every change."""

from typing import Self

from django.db import models


class ProfileChangeQuerySet(models.QuerySet["ProfileChange"]):
    def newest(self) -> Self:
        """Filter the newest row for each publisher and key."""
        return self.order_by("publisher", "key", "-sequence").distinct("publisher", "key")


class ProfileChange(models.Model):
    """A newsroom's details, or the meaning of one verdict, from the first review with this content.

    The row is valid until the next row with the same publisher and the same key.
    """

    pk = models.CompositePrimaryKey("publisher", "key", "sequence")
    publisher = models.CharField(max_length=255, help_text="The newsroom's site.")
    key = models.CharField(max_length=130, help_text="scale:slug of a verdict. Empty for the newsroom's details.")
    sequence = models.BigIntegerField(help_text="The entry of the first review with this content.")
    body = models.TextField(help_text="Canonical JSON from the review's document.")

    objects = ProfileChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["sequence"], name="profilechange_sequence")]

    def __str__(self) -> str:
        return f"{self.publisher} {self.key} from {self.sequence}"
