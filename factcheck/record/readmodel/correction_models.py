"""The table of corrections, updates, withdrawals, reinstatements and erasures (`correction_rows.py`)."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F


class PublishedCorrection(models.Model):
    """A correction, update, withdrawal, reinstatement or erasure of a review."""

    class Kind(models.TextChoices):
        UPDATE = "update"
        CORRECTION = "correction"
        WITHDRAWAL = "withdrawal"
        REINSTATEMENT = "reinstatement"
        ERASURE = "erasure"

    sequence = models.BigIntegerField(primary_key=True, help_text="The entry of the revision.")
    review_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind)
    change_class = models.CharField(max_length=20, null=True, help_text="Null for changes of state and erased changes.")
    publisher = models.CharField(max_length=255, help_text="The site of the publisher, or of the erasing newsroom.")
    language = models.CharField(max_length=35, help_text="BCP 47, lower case. und for erased changes.")
    at = models.DateTimeField()
    days = models.PositiveIntegerField(help_text="Whole days since the review was first published.")
    body = models.TextField(help_text="JSON, sent unchanged.")

    class Meta:
        indexes = [
            models.Index(fields=["review_id"], name="correction_review"),
            models.Index("kind", F("sequence").desc(), name="correction_kind"),
            models.Index("publisher", F("sequence").desc(), name="correction_publisher"),
            models.Index(
                OpClass("language", name="varchar_pattern_ops"), F("sequence").desc(), name="correction_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.review_id} by {self.sequence}"
