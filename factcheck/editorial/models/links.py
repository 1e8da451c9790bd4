"""Links proposed for an import: an imported claim is probably the same as a published claim."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.imports import ImportBatch
from factcheck.editorial.models.people import User
from factcheck.record.models import PublishedMerge


class ProposedLinkQuerySet(models.QuerySet["ProposedLink"]):
    def open(self) -> Self:
        """Unanswered links, most likely first.

        Links of merged claims are excluded, because a merged claim can't be merged again until it has been split off.
        """
        merged = PublishedMerge.objects.merged().values("claim_id")
        found = self.filter(answer="").exclude(Q(claim__in=merged) | Q(other__in=merged))
        return found.select_related("claim__newsroom", "other__newsroom")


class ProposedLink(models.Model):
    """An imported claim that is probably the same as a published claim. An editor accepts or dismisses the link."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        DISMISSED = "dismissed", _("dismissed")

    claim = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("claim"), related_name="proposed_links")
    other = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("same as"), related_name="+")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, verbose_name=_("import"), related_name="proposed_links")
    score = models.FloatField(_("similarity"), help_text=_("A value from 0 to 1."))
    found_at = models.DateTimeField(_("found at"), auto_now_add=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("answered by"), null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = ProposedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed link")
        verbose_name_plural = _("proposed links")
        ordering = ["-score", "pk"]
        constraints = [
            # A dismissed link isn't proposed again.
            models.UniqueConstraint(fields=["claim", "other"], name="proposedlink_once"),
            models.CheckConstraint(condition=~Q(claim=F("other")), name="proposedlink_to_another"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="proposedlink_score_known"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(answer__in=["accepted", "dismissed"], answered_by__isnull=False, answered_at__isnull=False),
                name="proposedlink_answered_at_once",
            ),
        ]
        indexes = [models.Index(fields=["batch", "-score"], condition=Q(answer=""), name="proposedlink_open")]

    def __str__(self) -> str:
        return f"{self.claim} = {self.other_id}"  # the other claim's text may be another newsroom's draft

    @property
    def likeness(self) -> float:
        """The score for display. It is rounded but never 1, because 1 would mean that the claims are identical."""
        return min(round(self.score, 2), 0.99)
