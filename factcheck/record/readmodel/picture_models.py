"""The table of pictures that live reviews show, or that their claims are about."""

from django.db import models


class PublishedPicture(models.Model):
    """A picture of a live review: shown in its text, or checked as an appearance of its claim.

    A trigger deletes the row when the review is no longer live (`sql/pictures.sql`).
    """

    pk = models.CompositePrimaryKey("review_id", "sha256")
    review_id = models.UUIDField()
    sha256 = models.CharField(max_length=64, help_text="SHA-256 of the file, as in the document.")
    media_type = models.CharField(max_length=20)
    # Null if the picture is only checked, so readers don't see it.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # Hashes of 64 bits for searches by picture (`files/visual_hashes.py`). Null for a picture in one colour.
    whole_hash = models.BigIntegerField(null=True)
    inner_hash = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="picture_sha256")]

    def __str__(self) -> str:
        return f"{self.sha256} of {self.review_id}"
