"""Lists of reviews: what still exists, and translations whose original was corrected."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from factcheck.editorial.models.captures import Capture
from factcheck.editorial.models.people import User
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.translated_reviews import NEW_TEXTS

if TYPE_CHECKING:
    from factcheck.editorial.models.reviews import Review  # noqa: F401 - the type of the rows


class ReviewQuerySet(models.QuerySet["Review"]):
    def drafts_of(self, user: User) -> Self:
        """Drafts that the person created or is an author of, newest first."""
        own = Q(created_by=user) | Q(pk__in=user.authorships.values("review"))
        return self.filter(own, state="draft").select_related("claim")

    def not_erased(self) -> Self:
        return self.exclude(state="erased")

    def kept(self) -> Self:
        """Reviews that have been neither erased nor thrown away."""
        return self.exclude(state__in=["erased", "discarded"])

    def citing(self, capture: Capture) -> Self:
        """Reviews that use or used the capture, themselves or in their claims."""
        return self.filter(Q(pk__in=capture.reviews.values("pk")) | Q(claim__in=capture.claims.values("pk")))

    def behind(self) -> Self:
        """The translations whose original has a newer revision than the one that they translate."""
        newer = LogEntry.objects.filter(
            subject=OuterRef("translation_of"), number__gt=OuterRef("translation_of_revision"), kind__in=NEW_TEXTS
        )
        return self.kept().filter(Exists(newer), translation_of__isnull=False).exclude(state="withdrawn")
