"""Claims that are the same: what was found, what is proposed, and the decision on it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.approvals import DecidedByTwo, ImportBatch
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.people import Publisher, User


class ClaimMerge(DecidedByTwo):
    """A statement about two claims. What both newsrooms joined, either may part again (ADR 13)."""

    class Action(models.TextChoices):
        MERGE = "merge", _("merge")
        SPLIT = "split", _("split")

    action = models.CharField(_("what for"), max_length=10, choices=Action)
    newsroom = models.ForeignKey(
        Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="+", help_text=_("Who proposes it.")
    )
    claim = models.ForeignKey(
        Claim, models.PROTECT, verbose_name=_("claim"), related_name="merges", help_text=_("It goes, or comes back.")
    )
    into = models.ForeignKey(
        Claim,
        models.PROTECT,
        verbose_name=_("same as"),
        related_name="merges_into",
        help_text=_("The claim under which readers find the reviews of both."),
    )

    class Meta(DecidedByTwo.Meta):
        verbose_name = _("merge of claims")
        verbose_name_plural = _("merges of claims")
        constraints = [
            *DecidedByTwo.Meta.constraints,
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(entry__isnull=True) & ~Q(decision="returned"),
                name="claimmerge_one_open",
            ),
            models.CheckConstraint(condition=Q(action__in=["merge", "split"]), name="claimmerge_action_known"),
            models.CheckConstraint(condition=~Q(claim=F("into")), name="claimmerge_into_another"),
            models.CheckConstraint(condition=~Q(note=""), name="claimmerge_says_why"),
        ]

    def __str__(self) -> str:
        said = (
            _("Merge “%(claim)s” into “%(into)s”")
            if self.action == self.Action.MERGE
            else _("Split “%(claim)s” off from “%(into)s”")
        )
        return said % {"claim": self.claim, "into": self.into}

    @property
    def newsrooms(self) -> set[int]:
        """Ids of the newsrooms whose claims these are."""
        return {self.claim.newsroom_id, self.into.newsroom_id}

    @property
    def deciding(self) -> int:
        """The newsroom whose Editors decide: of a merge of two newsrooms' claims, the one that did not propose it.

        The trigger claimmerge_rules says the same.
        """
        others = self.newsrooms - {self.newsroom_id}
        return others.pop() if others and self.action == self.Action.MERGE else self.newsroom_id


class ProposedLink(models.Model):
    """What was found, not decided: an imported claim is probably the same as a published one. An editor answers."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        DISMISSED = "dismissed", _("dismissed")

    claim = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("claim"), related_name="proposed_links")
    other = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("same as"), related_name="+")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, verbose_name=_("import"), related_name="proposed_links")
    score = models.FloatField(_("likeness"), help_text=_("From 0 to 1."))
    found_at = models.DateTimeField(_("found at"), auto_now_add=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("answered by"), null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("proposed link")
        verbose_name_plural = _("proposed links")
        ordering = ["-score", "pk"]
        constraints = [
            # What was dismissed is not proposed once more.
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
        return f"{self.claim} = {self.other_id}"  # the other's words may be another newsroom's draft

    @property
    def likeness(self) -> float:
        """The score as people read it: rounded, and never 1, which says that the claims are identical."""
        return min(round(self.score, 2), 0.99)
