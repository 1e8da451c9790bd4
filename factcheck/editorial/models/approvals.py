"""Two people to publish: what was submitted, by whom, and who decided."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from factcheck.editorial.fields import LineField, ProseField
from factcheck.editorial.models.people import Publisher, User
from factcheck.editorial.models.reviews import Review
from factcheck.record.models import LogEntry


class Decision(models.TextChoices):
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")


def decided_at_once(prefix: str) -> models.CheckConstraint:
    """Decision, person and moment stand together or not at all."""
    return models.CheckConstraint(
        condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
        | Q(decision__in=["approved", "returned"], decided_by__isnull=False, decided_at__isnull=False),
        name=f"{prefix}_decided_at_once",
    )


class ImportBatch(models.Model):
    """What one run of an import wants to publish; approved as a whole over the list of digests.

    Its decision is that of all its approvals that were not decided on by themselves.
    """

    newsroom = models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="+")
    files = LineField(_("files"), max_length=2000)
    files_digest = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        editable=False,
        help_text="SHA-256 of what the files are called and hold: an import that was interrupted is found again by it.",
    )
    digest = models.CharField(
        _("digest"), max_length=64, blank=True, help_text=_("SHA-256 of the digests of its statements, one a line.")
    )
    new = models.PositiveIntegerField(_("new"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    changed = models.PositiveIntegerField(pgettext_lazy("records of an import", "changed"), default=0)
    refused = models.PositiveIntegerField(pgettext_lazy("records of an import", "refused"), default=0)
    compared_until = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The last of its approvals whose claim was compared with published ones.",
    )
    submitted_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("imported by"), related_name="+")
    submitted_at = models.DateTimeField(_("imported at"), auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        constraints = [
            decided_at_once("importbatch"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")) | Q(decision="returned"),
                name="importbatch_two_people",
            ),
            models.UniqueConstraint(
                fields=["newsroom", "submitted_by", "files_digest"],
                condition=Q(digest="", decision="") & ~Q(files_digest=""),
                name="importbatch_begun_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.files} ({date_format(self.submitted_at)})" if self.pk else self.files

    def published(self) -> models.QuerySet["Approval"]:
        return self.approvals.filter(entry__isnull=False)

    def unpublished(self) -> models.QuerySet["Approval"]:
        """What of it is not returned and not public."""
        return self.approvals.filter(entry__isnull=True).exclude(decision=Decision.RETURNED)


class DecidedByTwo(models.Model):
    """A statement put before a second person, and the decision. Only the decision is ever written later."""

    statement = models.TextField(help_text="Canonical JSON: what is to be published.")
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of the statement."))
    note = ProseField(_("public note"), max_length=2000, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("submitted by"), related_name="+", db_index=False
    )
    submitted_at = models.DateTimeField(_("submitted at"), auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = ProseField(_("message to the newsroom"), max_length=2000, blank=True)
    entry = models.OneToOneField(
        LogEntry,
        models.PROTECT,
        verbose_name=_("log entry"),
        null=True,
        blank=True,
        db_column="sequence",
        related_name="+",
        help_text=_("Where it was published."),
    )

    class Meta:
        abstract = True
        ordering = ["-pk"]
        constraints = [
            decided_at_once("%(class)s"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")) | Q(decision="returned"),
                name="%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=True) | Q(decision="approved"), name="%(class)s_published_if_approved"
            ),
        ]

    def decide(self, decision: Decision, by: User, message: str = "") -> None:
        """Writes it down; who may decide is for the verbs to say."""
        self.decision, self.decision_note = decision, message
        self.decided_by, self.decided_at = by, timezone.now()
        self.save(update_fields=["decision", "decision_note", "decided_by", "decided_at"])


class Approval(DecidedByTwo):
    """A statement about a review, and the decision on it."""

    class Action(models.TextChoices):
        PUBLICATION = "publication", _("publication")
        WITHDRAWAL = "withdrawal", _("withdrawal")
        REINSTATEMENT = "reinstatement", _("reinstatement")
        ERASURE = "erasure", _("erasure")

    review = models.ForeignKey(Review, models.PROTECT, verbose_name=_("review"), related_name="approvals")
    action = models.CharField(_("what for"), max_length=20, choices=Action)
    change_class = models.CharField(_("kind of correction"), max_length=20, choices=Review.ChangeClass, blank=True)
    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, blank=True, related_name="approvals", db_index=False
    )

    class Meta(DecidedByTwo.Meta):
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            *DecidedByTwo.Meta.constraints,
            models.UniqueConstraint(
                fields=["review"],
                condition=Q(entry__isnull=True) & ~Q(decision="returned"),
                name="approval_one_open",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["publication", "withdrawal", "reinstatement", "erasure"]),
                name="approval_action_known",
            ),
        ]
        # What no import brought has no batch. Who decided is asked only among what is open.
        indexes = [
            models.Index(
                fields=["batch", "id"], condition=Q(entry__isnull=True) & ~Q(decision="returned"), name="approval_open"
            ),
            models.Index(
                fields=["review"],
                condition=Q(decision="returned", batch__isnull=True),
                name="approval_returned",
            ),
            models.Index(fields=["batch", "id"], name="approval_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}, {self.review}"

    @property
    def is_approved(self) -> bool:
        """By itself or with its import, whose decision is written here when it is published."""
        decided = self.batch.decision if self.batch and not self.decision else self.decision
        return decided == Decision.APPROVED
