"""Claims that are the same: the proposal to show one under another or to take that back, and the decision on it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.approvals import DecidedByTwo
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.people import Publisher


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
        return f"{self.get_action_display()}: {self.claim}"

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
