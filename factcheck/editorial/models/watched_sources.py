"""Sources of published reviews that are checked each week."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.people import User
from factcheck.editorial.models.reviews import Review
from factcheck.record.source_checks import SourceState

WEEK = timedelta(days=7)


class WatchedSourceQuerySet(models.QuerySet["WatchedSource"]):
    def to_check_again(self, newsrooms: list[int]) -> "WatchedSourceQuerySet":
        """Sources that these newsrooms should look at, longest known first."""
        problems = self.exclude(state=SourceState.UNCHANGED).filter(accepted_at=None)
        return problems.filter(review__newsroom__in=newsrooms).order_by("since", "pk")


class WatchedSource(models.Model):
    """A source of a published review, with the results of its checks and the time of the next check.

    A problem counts after two checks on different days have found the problem. `suspected` is the state that only one
    check has found so far.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="watched_sources", verbose_name=_("review"))
    url = models.TextField(_("URL"))
    sequence = models.BigIntegerField(help_text="The log entry whose sources were read last.")
    state = models.CharField(_("state"), max_length=20, choices=SourceState, default=SourceState.UNCHANGED)
    since = models.DateTimeField(_("since"), default=timezone.now)
    suspected = models.CharField(max_length=20, choices=SourceState, blank=True)
    suspected_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    next_at = models.DateTimeField(default=timezone.now)
    had_quote = models.BooleanField(default=False, help_text="Whether the copy or a check has contained the quote.")
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("accepted by")
    )

    objects = WatchedSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source to check again")
        verbose_name_plural = _("sources to check again")
        constraints = [
            models.UniqueConstraint(fields=["review", "url"], name="watchedsource_once"),
            models.CheckConstraint(condition=Q(state__in=SourceState.values), name="watchedsource_state_known"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False) & ~Q(state="unchanged"),
                name="watchedsource_problem_accepted",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="watchedsource_next"),
            models.Index(
                fields=["review", "since"],
                condition=~Q(state="unchanged") & Q(accepted_at__isnull=True),
                name="watchedsource_problems",
            ),
        ]

    def __str__(self) -> str:
        return self.url
