"""Freezes of a newsroom's publishing. One person begins a freeze, and two people end it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import ProseField
from factcheck.editorial.models.people import Publisher, User


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def open(self) -> Self:
        """Freezes that aren't over, each with the newsroom and the person who began it."""
        return self.filter(ended_at=None).select_related("newsroom", "begun_by")


class Freeze(models.Model):
    """While a freeze isn't over, nothing of the newsroom enters the log. The row is never deleted."""

    newsroom = models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="freezes")
    reason = ProseField(_("reason"), max_length=2000)
    begun_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("frozen by"), related_name="+")
    begun_at = models.DateTimeField(_("frozen at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = FreezeQuerySet.as_manager()

    class Meta:
        verbose_name = _("freeze of publishing")
        verbose_name_plural = _("publishing freezes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["newsroom"], condition=Q(ended_at=None), name="freeze_one_open"),
            models.CheckConstraint(condition=~Q(reason=""), name="freeze_says_why"),
        ]

    def __str__(self) -> str:
        begun = date_format(timezone.localtime(self.begun_at), "SHORT_DATETIME_FORMAT")
        return f"{self.newsroom}, {begun}"
