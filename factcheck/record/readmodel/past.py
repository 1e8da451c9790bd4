"""What was public and is not any more, and what was corrected: the read model's memory.

A row was what the public saw from the entry `sequence` on, until the entry `until`. Nothing of a
review that was erased stays here. Derived, as the rest of the read model is (`rebuild_record`).
"""

from django.db import models
from django.db.models import F, Q

from factcheck.record.readmodel.row_models import ClaimRow, ReviewRow

UNTIL = "The entry with which it stopped being so."


class PastReview(ReviewRow):
    """A review as it was public once."""

    id = models.UUIDField()
    sequence = models.BigIntegerField(primary_key=True, help_text="The entry that this row shows.")
    until = models.BigIntegerField(help_text=UNTIL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("sequence")), name="pastreview_until_later"),
        ]
        indexes = [
            models.Index(fields=["id", "sequence"], name="pastreview_id"),
            models.Index(fields=["claim_id"], name="pastreview_claim"),
            models.Index(
                F("published_at").desc(), F("id").desc(), name="pastreview_published", condition=Q(status="live")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} from {self.sequence} until {self.until}"


class PastClaim(ClaimRow):
    """A claim and its reviews as they were public once."""

    pk = models.CompositePrimaryKey("id", "sequence")
    id = models.UUIDField()
    until = models.BigIntegerField(help_text=UNTIL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("sequence")), name="pastclaim_until_later"),
        ]
        indexes = [
            models.Index(
                F("published_at").desc(), F("id").desc(), name="pastclaim_published", condition=Q(status="live")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} from {self.sequence} until {self.until}"


class PublishedCorrection(models.Model):
    """A correction or update of a review, as its revision says it."""

    sequence = models.BigIntegerField(primary_key=True, help_text="The entry of the revision.")
    review_id = models.UUIDField()
    change_class = models.CharField(max_length=20, null=True)
    at = models.DateTimeField()
    body = models.TextField(help_text="JSON, sent as it is.")

    class Meta:
        indexes = [models.Index(fields=["review_id"], name="correction_review")]

    def __str__(self) -> str:
        return f"correction of {self.review_id} by {self.sequence}"
