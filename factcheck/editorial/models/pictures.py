"""Pictures and videos that editors upload: evidence in the text of a review, and files that a claim is about."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.people import User
from factcheck.editorial.models.reviews import Review
from factcheck.record.formats.picture_files import EXTENSIONS, storage_name


class Picture(models.Model):
    """A picture in the text of a review, or a picture or video that a claim is about.

    A picture for readers has been encoded again without metadata. A file that a claim is about is stored unchanged.
    Several rows can have the same file, because its name is its SHA-256 (`factcheck.editorial.pictures`). The text of
    the review contains the description of the picture.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, models.CASCADE, null=True, related_name="pictures", verbose_name=_("review"))
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, related_name="pictures", verbose_name=_("claim"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, help_text="The hash of the stored file.")
    media_type = models.CharField(_("type"), max_length=20, help_text="Found from the bytes.")
    size = models.PositiveBigIntegerField(_("size"), help_text="In bytes.")
    width = models.PositiveIntegerField(_("width"), null=True, help_text="Null for a video, which isn't decoded.")
    height = models.PositiveIntegerField(_("height"), null=True)
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review__isnull=False, claim__isnull=True) | Q(review__isnull=True, claim__isnull=False),
                name="picture_of_one_subject",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="picture_sha256_hex"),
            models.UniqueConstraint(fields=["review", "sha256"], name="picture_review_once"),
            models.UniqueConstraint(fields=["claim", "sha256"], name="picture_claim_once"),
        ]
        indexes = [models.Index(fields=["sha256"], name="uploaded_picture_sha256")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name of the file in the storage."""
        return storage_name(self.sha256, self.media_type)

    @property
    def desk_url(self) -> str:
        """The URL of the file at the desk, for the members of the newsroom."""
        return reverse("admin:editorial_picture", args=[self.sha256, EXTENSIONS[self.media_type]])
