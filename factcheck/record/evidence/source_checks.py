"""The newest check of each source that a live review cites. These rows are outside the log.

A check never changes a published review. The database rules are in `sql/source_checks.sql`.
"""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class SourceState(models.TextChoices):
    """The result of the newest check of a source."""

    UNCHANGED = "unchanged", _("as it was")
    GONE = "gone", _("no longer available")
    CHANGED = "changed", _("the page has changed")
    WITHOUT_QUOTE = "without_quote", _("the quoted words are no longer on the page")


class SourceCheck(models.Model):
    """The newest check of the URL of a source."""

    pk = models.CompositePrimaryKey("review_id", "url")
    review_id = models.UUIDField()
    url = models.TextField(help_text="The URL as in the review.")
    state = models.CharField(max_length=20, choices=SourceState)
    checked_at = models.DateTimeField()
    since = models.DateTimeField(help_text="When a check first found this state.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(since__lte=F("checked_at")), name="sourcecheck_since_earlier")
        ]

    def __str__(self) -> str:
        return f"{self.url} is {self.state}"


def checks_of(review: UUID) -> dict[str, SourceCheck]:
    """Return the newest checks of the review's sources, by URL."""
    return {check.url: check for check in SourceCheck.objects.using("public").filter(review_id=review)}


def store_check(review: UUID, url: str, **values: Any) -> None:
    """Store the newest check of a source of a live review."""
    SourceCheck.objects.update_or_create(review_id=review, url=url, defaults=values)
