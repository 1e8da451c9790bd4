"""Proposals: one person submits a statement, and another person decides. A single model covers all kinds."""

import json
import secrets
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from factcheck.editorial.fields import ProseField
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.demands import Demand
from factcheck.editorial.models.imports import ImportBatch
from factcheck.editorial.models.kinds import (
    DRAFTS,
    POLICIES,
    SETTLED_AFTER,
    SHAPES,
    TAKING,
    Action,
    Decision,
    Kind,
    kind_of,
    subject_is_its_own,
)
from factcheck.editorial.models.people import Freeze, Publisher, User
from factcheck.editorial.models.reviews import Authorship, Review
from factcheck.editorial.models.scales import VerdictMapping
from factcheck.record.approvals.assertions import Assertion, ImportTree, challenge, order
from factcheck.record.matching.models import DIMENSIONS
from factcheck.record.models import LogEntry

OF_AN_IMPORT = Q(kind="review", batch__isnull=False)
_UNLOGGED = [str(kind) for kind, shape in SHAPES.items() if not shape.is_logged]
OPEN = Q(entry__isnull=True) & ~Q(decision=Decision.RETURNED)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def about(self, subject: models.Model) -> Self:
        kind = kind_of(subject)
        return self.filter(**{SHAPES[kind].columns[0]: subject, "kind": kind})

    def with_subjects(self) -> Self:
        """Return the proposals with their people and every row that their names need, so that lists need one query."""
        subjects = [path for shape in SHAPES.values() for path in shape.related or shape.columns]
        return self.select_related(*subjects, "newsroom", "submitted_by", "decided_by")

    def undecided(self) -> Self:
        """Return proposals that are waiting for a decision.

        Imported reviews are left out, because they are decided together with their import.
        """
        return self.filter(decision="").exclude(OF_AN_IMPORT)

    def open(self) -> Self:
        """Return proposals that have been neither returned nor published."""
        return self.filter(OPEN)

    def clear(self) -> None:
        """Delete what was submitted, and the signatures on it, which would confirm a guess."""
        self.update(statement="", note="", message="", digest="0" * 64, salt=b"")
        Signature.objects.filter(proposal__in=self).delete()

    def published(self) -> Self:
        """Return published proposals, newest first, each with its log entry and the person who approved it."""
        found = self.filter(entry__isnull=False).select_related("entry", "decided_by", "submitted_by")
        return found.order_by("-entry__number")

    def to_decide(self, user: User) -> Self:
        """Return other people's proposals that this person can approve, oldest first."""
        return self.undecided().exclude(submitted_by=user).filter(MayDecide(Value(user.pk), F("pk"))).order_by("pk")

    def to_undo(self, user: User) -> Self:
        """Return removals of the last 24 hours that this person can propose to undo, newest first."""
        decides = DecidesOnAccount(Value(user.pk), F("account"), F("newsroom"), Value(Action.UNDOING))
        recent = Q(decision=Decision.APPROVED, decided_at__gt=timezone.now() - SETTLED_AFTER)
        later = self.model._default_manager.filter(account=OuterRef("account"), pk__gt=OuterRef("pk"))
        undone = later.filter(action=Action.UNDOING).exclude(decision=Decision.RETURNED)
        found = self.filter(recent, decides, account__isnull=False, action__in=[*TAKING, Action.PAUSE])
        return found.exclude(Exists(undone)).order_by("-pk")

    def awaiting_others(self, user: User, newsrooms: list[int]) -> Self:
        """Return this person's proposals that somebody else has to decide on, oldest first."""
        found = self.undecided().filter(submitted_by=user)
        return found.filter(Q(newsroom__in=newsrooms) | Q(deciding__isnull=True)).order_by("pk")

    def to_publish(self, newsrooms: list[int]) -> Self:
        """Return approved proposals that are waiting to be published.

        Reviews that were approved with their import are left out: the proposal for the import represents them. Demands
        with a publication day come last.
        """
        approved = Q(kind__in=DRAFTS) & (Q(review__isnull=True) | Q(review__state=Review.State.APPROVED))
        # An approved import is waiting as long as one of its reviews is open.
        rest = self.model._default_manager.filter(OPEN, OF_AN_IMPORT, batch=OuterRef("batch"))
        found = self.filter(decision=Decision.APPROVED, entry__isnull=True, newsroom__in=newsrooms)
        found = found.filter(approved | ~Q(kind__in=DRAFTS) & Exists(rest))
        return found.order_by(F("demand__publish_after").asc(nulls_first=True), "pk")

    def returned_to(self, user: User, newsrooms: list[int]) -> Self:
        """Return returned proposals that this person submitted, wrote or created, unless there is a newer proposal."""
        wrote = Authorship.objects.filter(review=OuterRef("review"), user=user)
        involved = Q(submitted_by=user) | Q(review__created_by=user) | Exists(wrote) | Q(demand__created_by=user)
        in_newsrooms = Q(newsroom__in=newsrooms) | Q(deciding__isnull=True)
        found = self.filter(involved, in_newsrooms, decision=Decision.RETURNED)
        found = found.exclude(OF_AN_IMPORT).exclude(decided_by=F("submitted_by"))
        # A proposal is left out if its subject has a newer proposal.
        for column in (shape.columns[0] for shape in SHAPES.values() if shape.columns != ("batch",)):
            later = self.model._default_manager.filter(**{column: OuterRef(column)}, pk__gt=OuterRef("pk"))
            found = found.exclude(Exists(later))
        draft = Q(review__state=Review.State.DRAFT) | Q(demand__state=Demand.State.DRAFT)
        return found.filter(draft | ~Q(kind__in=DRAFTS)).order_by("-pk")


class MayDecide(Func):
    """An SQL expression that is true if a person may approve a proposal (`sql/proposals.sql`)."""

    function = "editorial_may_decide"
    output_field = models.BooleanField()


class DecidesOnAccount(Func):
    """An SQL expression that is true if a person may decide on a given change of an account (`sql/accounts.sql`)."""

    function = "editorial_decides_on_account"
    output_field = models.BooleanField()


def new_salt() -> bytes:
    return secrets.token_bytes(32)


class Proposal(models.Model):
    """A statement that one person submitted, and the decision of a second person. Only the decision is added later.

    For a review, a demand or a merge, exactly this statement is published. An import doesn't have a statement, and its
    digest covers the digests of its members. Members of `newsroom` propose, and Editors of `deciding` decide. A mapping
    applies to the whole site, so Editors of every newsroom decide.
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
    # `newsroom` has the constraint, and a trigger compares the two columns.
    disowner = models.ForeignKey(
        Publisher, models.PROTECT, null=True, related_name="proposals", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(User, models.PROTECT, null=True, related_name="proposals", db_index=False)
    keys_of = models.ForeignKey(Publisher, models.PROTECT, null=True, related_name="key_proposals", db_index=False)
    statement = models.TextField(blank=True, help_text="Canonical JSON: what is to be published.")
    digest = models.CharField(_("digest"), max_length=64, help_text=_("The SHA-256 digest of the statement."))
    salt = models.BinaryField(default=new_salt, help_text="Random bytes, deleted together with the statement.")
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
                | Q(kind="account"),  # only in first-hour mode, as accounts.sql checks
                name="proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=True) | Q(decision="approved") & ~Q(kind__in=_UNLOGGED),
                name="proposal_published_if_approved",
            ),
            models.CheckConstraint(condition=subject_is_its_own(), name="proposal_of_its_subject"),
            models.CheckConstraint(
                condition=Q(kind="mapping", deciding__isnull=True)
                | Q(kind="account", newsroom__isnull=False, deciding__isnull=True)
                & Q(action__in=["role", "removal", "undoing"])
                | Q(kind="account", newsroom__isnull=True, deciding__isnull=True) & ~Q(action__in=["role", "removal"])
                | ~Q(kind__in=["mapping", "account"]) & Q(newsroom__isnull=False, deciding__isnull=False),
                name="proposal_of_a_newsroom",
            ),
            models.CheckConstraint(
                condition=Q(
                    *(Q(kind=str(kind), action__in=[str(a) for a in shape.actions]) for kind, shape in SHAPES.items()),
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
                    fields=[shape.columns[0]],
                    condition=OPEN & Q(kind=str(kind))
                    if shape.is_logged and not shape.takes_effect
                    else Q(kind=str(kind), decision=""),
                    name=f"proposal_one_open_{kind}",
                )
                for kind, shape in SHAPES.items()
                if shape.columns not in (("batch",), ("keys_of",))
            ),
            models.UniqueConstraint(fields=["batch"], condition=Q(kind="import"), name="proposal_one_import"),
        ]
        # Most indexes are partial: only imports set a batch, and lists show only open proposals.
        indexes = [
            models.Index(fields=["batch", "id"], name="proposal_batch", condition=Q(batch__isnull=False)),
            models.Index(
                fields=["batch", "id"],
                name="proposal_batch_open",
                condition=OPEN & OF_AN_IMPORT,
            ),
            models.Index(
                fields=["newsroom", "id"],
                name="proposal_undecided",
                condition=Q(decision="") & ~OF_AN_IMPORT,
            ),
            models.Index(
                fields=["newsroom", "id"],
                name="proposal_approved",
                condition=Q(decision="approved", entry__isnull=True),
            ),
            models.Index(
                fields=["newsroom", "-id"],
                name="proposal_returned",
                condition=Q(decision="returned") & ~OF_AN_IMPORT,
            ),
            *(
                models.Index(
                    fields=[column] if shape.is_logged and not shape.takes_effect else [column, "-id"],
                    name=f"proposal_{column}",
                    condition=Q(**{f"{column}__isnull": False}),
                )
                for shape in SHAPES.values()
                for column in shape.columns
                if column not in ("review", "batch", "keys_of")
            ),
        ]

    def __str__(self) -> str:
        return str(POLICIES[self.kind, self.action].title(self))

    @classmethod
    def of_draft(cls, subject: models.Model, by: User) -> Self:
        """Return an unsaved proposal to publish the draft, or to adopt the mapping."""
        kind = kind_of(subject)
        shape = SHAPES[kind]
        return cls(kind=kind, action=shape.actions[0], submitted_by=by, **{shape.columns[0]: subject})

    @property
    def subject(self) -> Any:
        """The row that the proposal is about."""
        return getattr(self, SHAPES[Kind(self.kind)].columns[0])

    @property
    def subject_id(self) -> Any:
        return getattr(self, f"{SHAPES[Kind(self.kind)].columns[0]}_id")

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

    def challenge(self) -> bytes:
        """Return what the passkeys of two people sign. For an import, this covers the challenges of its members."""
        # The log's entries about disownings and mappings have IDs of their own.
        subject = self.content["id"] if self.kind in (Kind.DISOWNING, Kind.MAPPING) else self.subject_id
        digest = self.digest
        if self.kind == Kind.IMPORT:
            digest = ImportTree([member.challenge() for member in self.members_to_sign()]).digest
        about = order(f"{self.kind}.{self.action}", str(subject), self.change_class, self.note, digest)
        return challenge(bytes(self.salt), about)

    def members_to_sign(self) -> "list[Proposal]":
        """Return the members of the import in their order, with the columns that their challenges need."""
        assert self.batch is not None
        columns = ("kind", "action", "batch", "review", "change_class", "note", "digest", "salt")
        return list(self.batch.members.order_by("pk").only(*columns))

    def copy_subject(self, source: "Proposal") -> None:
        """Copy the subject's rows that another instance has already loaded, which saves queries."""
        for column in SHAPES[Kind(self.kind)].columns:
            setattr(self, column, getattr(source, column))

    @property
    def short_name(self) -> str:
        """The name of the action or of the kind. The policy chooses the name that says more."""
        by_action = POLICIES[self.kind, self.action].is_named_by_action
        return self.get_action_display() if by_action else self.get_kind_display()

    @property
    def effective_decision(self) -> str:
        """The decision. For an imported review without its own decision, this is the decision on the import."""
        if self.decision or self.review is None or self.batch is None:
            return self.decision
        return self.batch.proposal.decision if self.batch.proposal else ""

    @property
    def is_held(self) -> bool:
        """Whether the approved review is held until a later time."""
        return self.hold_until is not None and self.released_by_id is None and self.hold_until > timezone.now()

    @property
    def deadline_note(self) -> str:
        """A sentence about the time until which people can act on the proposal, or ""."""
        return str(POLICIES[self.kind, self.action].deadline_note(self))

    def decide(self, decision: Decision, by: User, message: str = "", hold_until: datetime | None = None) -> None:
        """Save the decision. The workflow checks who is allowed to decide."""
        self.decision, self.message, self.hold_until, self.released_by = decision, message, hold_until, None
        self.decided_by, self.decided_at = by, timezone.now()
        columns = ["decision", "message", "decided_by", "decided_at", "hold_until", "released_by"]
        self.save(update_fields=columns)


class PreparedVector(models.Model):
    """The vector of a submitted review that isn't public yet (`drafts/prepared_vectors.py`)."""

    proposal = models.OneToOneField(Proposal, models.CASCADE, primary_key=True)
    digest = models.BinaryField(help_text="The first 16 bytes of the text’s SHA-256.")
    model = models.CharField(max_length=200, help_text="The model that computed the vector.")
    embedding = HalfVectorField(dimensions=DIMENSIONS)
    long_embedding = HalfVectorField(null=True, help_text="The vector, if it has more numbers than `embedding`.")

    def __str__(self) -> str:
        return f"vector of {self.proposal_id}"


class Signature(models.Model):
    """A signature by a person’s passkey on the challenge of a proposal. The values are base64url, as in browsers.

    The row never changes, and is deleted when its proposal is cleared.
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="signatures", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    passkey = models.CharField(max_length=64, help_text="The SHA-256 of the credential ID, in hexadecimal.")
    authenticator_data = models.TextField()
    client_data = models.TextField()
    signature = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="signature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} signed {self.proposal_id}"

    @property
    def assertion(self) -> Assertion:
        return Assertion(self.passkey, self.authenticator_data, self.client_data, self.signature)
