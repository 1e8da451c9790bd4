"""Proposals: one person submits a statement, and another person decides. A single model covers all kinds."""

import json
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import ProseField
from factcheck.editorial.models.account_changes import describe
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.demands import Demand
from factcheck.editorial.models.freezes import Freeze
from factcheck.editorial.models.imports import ImportBatch
from factcheck.editorial.models.kinds import (
    ACTIONS,
    SETTLED_AFTER,
    SUBJECTS,
    TAKING,
    Action,
    Decision,
    Kind,
    Subject,
    kind_of,
    subject_is_its_own,
)
from factcheck.editorial.models.people import Publisher, User
from factcheck.editorial.models.proposal_queries import OPEN, ProposalQuerySet
from factcheck.editorial.models.reviews import Review
from factcheck.editorial.models.scales import VerdictMapping
from factcheck.record.models import LogEntry


class Proposal(models.Model):
    """A statement submitted to a second person, and the decision. Only the decision is added later.

    For a review, a demand or a merge, exactly this statement is published. An import doesn't have a statement, and its
    digest covers the digests of its members. `newsroom` proposes, and Editors of `deciding` decide. A mapping applies
    to the whole site and has neither newsroom.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    action = models.CharField(_("purpose"), max_length=20, choices=Action)
    newsroom = models.ForeignKey(
        Publisher, models.PROTECT, verbose_name=_("newsroom"), null=True, related_name="+", db_index=False
    )
    deciding = models.ForeignKey(Publisher, models.PROTECT, null=True, related_name="+", db_index=False)
    review = models.ForeignKey(Review, models.PROTECT, null=True, related_name="proposals", verbose_name=_("review"))
    demand = models.ForeignKey(
        Demand, models.PROTECT, null=True, related_name="proposals", verbose_name=_("demand"), db_index=False
    )
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, related_name="proposals", verbose_name=_("claim"), db_index=False
    )
    into = models.ForeignKey(
        Claim, models.PROTECT, null=True, related_name="+", verbose_name=_("same as"), db_index=False
    )
    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, related_name="proposals", verbose_name=_("import"), db_index=False
    )
    mapping = models.ForeignKey(VerdictMapping, models.PROTECT, null=True, related_name="proposals", db_index=False)
    freeze = models.ForeignKey(Freeze, models.PROTECT, null=True, related_name="proposals", db_index=False)
    account = models.ForeignKey(User, models.PROTECT, null=True, related_name="proposals", db_index=False)
    statement = models.TextField(blank=True, help_text="Canonical JSON: what is to be published.")
    digest = models.CharField(_("digest"), max_length=64, help_text=_("The SHA-256 digest of the statement."))
    change_class = models.CharField(_("kind of correction"), max_length=20, choices=Review.ChangeClass, blank=True)
    note = ProseField(_("public note"), max_length=2000, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("submitted by"), related_name="+", db_index=False
    )
    submitted_at = models.DateTimeField(_("submitted at"), auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("decided by"), null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    hold_until = models.DateTimeField(
        _("hold until"), null=True, blank=True, help_text=_("The worker publishes the approved review at this time.")
    )
    released_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The Editor who published the review before this time.",
    )
    message = ProseField(_("message to the newsroom"), max_length=2000, blank=True)
    entry = models.OneToOneField(
        LogEntry,
        models.PROTECT,
        verbose_name=_("log entry"),
        null=True,
        db_column="sequence",
        related_name="proposal",
        help_text=_("The log entry that records the publication."),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=["approved", "returned"], decided_by__isnull=False, decided_at__isnull=False),
                name="proposal_decided_at_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("submitted_by"))
                | Q(decision="returned")
                | Q(kind="account"),  # in first-hour mode, which accounts.sql checks
                name="proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=True)
                | Q(decision="approved") & ~Q(kind__in=["import", "mapping", "freeze", "account"]),
                name="proposal_published_if_approved",
            ),
            models.CheckConstraint(condition=subject_is_its_own(), name="proposal_of_its_subject"),
            models.CheckConstraint(
                condition=Q(kind="mapping", newsroom__isnull=True, deciding__isnull=True)
                | Q(kind="account", newsroom__isnull=False, deciding__isnull=True)
                & Q(action__in=["role", "removal", "undoing"])
                | Q(kind="account", newsroom__isnull=True, deciding__isnull=True) & ~Q(action__in=["role", "removal"])
                | ~Q(kind__in=["mapping", "account"]) & Q(newsroom__isnull=False, deciding__isnull=False),
                name="proposal_of_a_newsroom",
            ),
            models.CheckConstraint(
                condition=Q(
                    *(Q(kind=str(kind), action__in=[str(each) for each in named]) for kind, named in ACTIONS.items()),
                    _connector=Q.OR,
                ),
                name="proposal_action_of_its_kind",
            ),
            models.CheckConstraint(condition=~Q(claim=F("into")), name="proposal_into_another"),
            models.CheckConstraint(
                condition=Q(hold_until__isnull=True, released_by__isnull=True)
                | Q(hold_until__isnull=False, decided_at__isnull=False, kind="review", action="publication"),
                name="proposal_hold_of_a_review",
            ),
            models.CheckConstraint(condition=~Q(kind="merge") | ~Q(note=""), name="proposal_merge_says_why"),
            *(
                models.UniqueConstraint(
                    fields=[column], condition=OPEN & Q(kind=str(kind)), name=f"proposal_one_open_{kind}"
                )
                for kind, column in ((Kind.REVIEW, "review"), (Kind.DEMAND, "demand"), (Kind.MERGE, "claim"))
            ),
            *(
                models.UniqueConstraint(
                    fields=[kind], condition=Q(kind=kind, decision=""), name=f"proposal_one_open_{kind}"
                )
                for kind in ("mapping", "freeze", "account")
            ),
            models.UniqueConstraint(fields=["batch"], condition=Q(kind="import"), name="proposal_one_import"),
        ]
        # Most indexes are partial, because only imports set a batch, and because lists show open proposals.
        indexes = [
            models.Index(fields=["batch", "id"], name="proposal_batch", condition=Q(batch__isnull=False)),
            models.Index(
                fields=["batch", "id"],
                name="proposal_batch_open",
                condition=OPEN & Q(kind="review", batch__isnull=False),
            ),
            models.Index(
                fields=["newsroom", "id"],
                name="proposal_undecided",
                condition=Q(decision="") & ~Q(kind="review", batch__isnull=False),
            ),
            models.Index(
                fields=["newsroom", "id"],
                name="proposal_approved",
                condition=Q(decision="approved", entry__isnull=True),
            ),
            models.Index(
                fields=["newsroom", "-id"],
                name="proposal_returned",
                condition=Q(decision="returned") & ~Q(kind="review", batch__isnull=False),
            ),
            models.Index(fields=["demand"], name="proposal_demand", condition=Q(demand__isnull=False)),
            models.Index(fields=["claim"], name="proposal_claim", condition=Q(claim__isnull=False)),
            models.Index(fields=["into"], name="proposal_into", condition=Q(into__isnull=False)),
            models.Index(fields=["freeze", "-id"], name="proposal_freeze", condition=Q(freeze__isnull=False)),
            models.Index(fields=["mapping", "-id"], name="proposal_mapping", condition=Q(mapping__isnull=False)),
            models.Index(fields=["account", "-id"], name="proposal_account", condition=Q(account__isnull=False)),
        ]

    def __str__(self) -> str:
        if self.account is not None:
            return describe(self.action, self.account, self.newsroom, self.content)
        if self.kind != Kind.MERGE:
            return str(self.subject)
        text = (
            _("Merge “%(claim)s” into “%(into)s”")
            if self.action == Action.MERGE
            else _("Split “%(claim)s” off from “%(into)s”")
        )
        return text % {"claim": self.claim, "into": self.into}

    @classmethod
    def of_draft(cls, subject: models.Model, by: User) -> Self:
        """An unsaved proposal to publish the draft, or to adopt the mapping."""
        kind = kind_of(subject)
        return cls(kind=kind, action=ACTIONS[kind][0], submitted_by=by, **{SUBJECTS[kind][0]: subject})

    @property
    def subject(self) -> Subject:
        """The row that the proposal is about."""
        found: Subject = getattr(self, SUBJECTS[Kind(self.kind)][0])
        return found

    @property
    def subject_id(self) -> Any:
        return getattr(self, f"{SUBJECTS[Kind(self.kind)][0]}_id")

    @property
    def content(self) -> Any:
        """The statement as a dictionary."""
        return json.loads(self.statement)

    @property
    def claims(self) -> tuple[Claim, Claim]:
        """The claim that a merge hides or a split restores, and the other claim."""
        assert self.claim is not None
        assert self.into is not None
        return self.claim, self.into

    def copy_subject(self, source: "Proposal") -> None:
        """Copies the subject's rows that another instance has already loaded."""
        for column in SUBJECTS[Kind(self.kind)]:
            setattr(self, column, getattr(source, column))

    @property
    def short_name(self) -> str:
        """The action for a review or an account, or else the kind."""
        return self.get_action_display() if self.kind in (Kind.REVIEW, Kind.ACCOUNT) else self.get_kind_display()

    @property
    def effective_decision(self) -> str:
        """The decision. An imported review without its own decision has the decision on the import."""
        if self.decision or self.kind != Kind.REVIEW or self.batch is None:
            return self.decision
        return self.batch.proposal.decision if self.batch.proposal else ""

    @property
    def is_held(self) -> bool:
        """Whether the approved review waits for its time."""
        return self.hold_until is not None and self.released_by_id is None and self.hold_until > timezone.now()

    @property
    def deadline_note(self) -> str:
        """Until when people can act on a removal or a pause, or "" for everything else."""
        if self.action not in (*TAKING, Action.PAUSE) or self.decision == Decision.RETURNED:
            return ""
        time = timezone.localtime((self.decided_at or self.submitted_at) + SETTLED_AFTER)
        if self.decision:
            text = _("Two people can undo this until %s.")
        elif self.action == Action.PAUSE:
            text = _("The pause ends at %s, unless a second person confirms it.")
        else:
            text = _("This takes effect at %s, unless somebody returns it.")
        return text % date_format(time, "DATETIME_FORMAT")

    def decide(self, decision: Decision, by: User, message: str = "", hold_until: datetime | None = None) -> None:
        """Saves the decision. The workflow checks who is allowed to decide."""
        self.decision, self.message, self.hold_until, self.released_by = decision, message, hold_until, None
        self.decided_by, self.decided_at = by, timezone.now()
        columns = ["decision", "message", "decided_by", "decided_at", "hold_until", "released_by"]
        self.save(update_fields=columns)
