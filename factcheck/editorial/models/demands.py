"""Demands to change or remove a review, drafted for the public register."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.encryption import EncryptedLineField, EncryptedProseField
from factcheck.editorial.fields import LanguageField, ProseField, RuledField, add_columns, field_options
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.drafts import VersionedModel, is_known
from factcheck.editorial.models.people import Membership, User, newsroom_key
from factcheck.editorial.models.reader_messages import ReaderMessage
from factcheck.editorial.models.reviews import Review
from factcheck.record.statements import demand as statements


class ReceivedAtField(RuledField):
    """A time with its UTC offset, exactly as the newsroom entered it."""

    rule = statements.RECEIVED_AT


class CountryField(RuledField):
    rule = statements.COUNTRY


class Demand(VersionedModel):
    """The draft of an entry in the register. The public sees published revisions only."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("thrown away")

    From = statements.From

    Outcome = statements.Outcome

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key(help_text=_("The newsroom that received the demand."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    review = models.ForeignKey(
        Review,
        models.PROTECT,
        verbose_name=_("review"),
        null=True,
        blank=True,
        related_name="demands",
        help_text=_("The published review that the demand is about, if any."),
    )
    hours_given = models.PositiveIntegerField(
        **field_options(statements.Demand, "hours_given"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(statements.MAX_HOURS)],
        help_text=_("The deadline in hours, if the demand set one."),
    )
    add_columns(locals(), statements.Law, prefix="law_", country=_("A two-letter country code, for example VN."))
    from_type = models.CharField(**field_options(statements.DemandedBy, "type"), max_length=20)
    add_columns(
        locals(),
        statements.DemandedBy,
        "type",
        prefix="from_",
        name=_("The name of the body, court or company. Leave this field empty for a private person."),
        description=_("Describe a private person instead of naming them, for example “someone shown in the video”."),
    )
    language = LanguageField(_("language"))
    add_columns(
        locals(),
        statements.Demand,
        "id",
        "language",
        "hours_given",
        "outcome",
        "withheld",
        "delayed_until",
        "license",
        received_at=_("The exact time, if known, for example 09:30 5/10/2026."),
        asked=_("Leave out the names of private persons and anything that you are not legally allowed to repeat."),
        legal_basis=_("The law and article that the demand cites. Leave this field empty if the demand cites none."),
    )
    outcome = models.CharField(**field_options(statements.Demand, "outcome"), max_length=10, default=Outcome.OPEN.value)
    withheld_reason = ProseField(
        **field_options(statements.Demand, "withheld"),
        blank=True,
        help_text=_(
            "If you are not legally allowed to repeat part of the demand, leave that part out above. State here"
            " that a part was left out, and on what legal ground. Readers will see this."
        ),
    )
    publish_after = models.DateField(
        **field_options(statements.Demand, "delayed_until"),
        null=True,
        blank=True,
        help_text=_(
            "The first day (UTC) on which the entry may be public, if publication must be delayed. An approved"
            " entry is published automatically on that day and mentions the delay."
        ),
    )
    # Only for an update of a published entry. The note is published with the update.
    change_note = ProseField(_("what changed"), max_length=2000, blank=True, help_text=_("Readers will see this."))
    created_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("recorded by"), related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("started at"), auto_now_add=True)
    discarded_at = models.DateTimeField(null=True, editable=False, help_text="Set by the database (discarding.sql).")

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        ordering = ["-received_on", "-id"]
        constraints = [
            is_known("demand", "state", ["draft", "submitted", "approved", "published", "discarded"]),
            models.CheckConstraint(
                condition=Q(discarded_at__isnull=True) | Q(state="discarded"), name="demand_discarded_at_a_time"
            ),
            is_known("demand", "from_type", ["state_body", "police", "court", "company", "person"]),
            is_known("demand", "outcome", ["open", "complied", "partly", "refused", "dropped"]),
            is_known("demand", "channel", ["", *statements.Channel.values()]),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=statements.DemandKind.values()), name="demand_kinds_known"
            ),
            models.CheckConstraint(
                condition=Q(law_country="", law_act="", law_article="") | ~Q(law_country="") & ~Q(law_act=""),
                name="demand_law_is_named",
                violation_error_message=_(
                    "Enter both the country and the act of the law, or leave all fields of the law empty."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(from_type="person") | Q(from_name=""),
                name="demand_person_not_named",
                violation_error_message=_(
                    "Private persons must not be named. Enter a description and leave the name empty."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(withheld_reason="")
                | Q(from_type="person") & ~Q(from_description="")
                | ~Q(from_type="person") & ~Q(from_name=""),
                name="demand_says_from_whom",
                violation_error_message=_(
                    "Name the sender, or describe a sender who is a private person. If the law forbids this,"
                    " explain why you leave it out."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(asked="") | ~Q(withheld_reason=""),
                name="demand_says_what_was_asked",
                violation_error_message=_(
                    "Describe what the demand asks for. If the law forbids this, explain why you leave it out."
                ),
            ),
            models.CheckConstraint(
                condition=Q(outcome="open") | ~Q(done="") & Q(done_on__isnull=False),
                name="demand_says_what_was_done",
                violation_error_message=_("Describe what you did and enter the date, or leave the outcome undecided."),
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(done_on__gte=F("received_on")),
                name="demand_done_after_it_came",
                violation_error_message=_(
                    "The date of your response is earlier than the date of receipt. Correct one of the dates."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["newsroom", "state", "-received_on", "-id"], name="demand_newsroom_state"),
            models.Index(fields=["discarded_at"], name="demand_discarded", condition=Q(discarded_at__isnull=False)),
        ]

    def __str__(self) -> str:
        who = self.from_name or self.from_description or "…"
        return f"{self.get_from_type_display()}: {who}, {date_format(self.received_on)}"


KEPT_DAYS = 90  # of an incident, unless a person sets another date


def deletion_date() -> date:
    return timezone.now().date() + timedelta(days=KEPT_DAYS)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def seen_by(self, person: User) -> Self:
        """Return incidents of the newsrooms in which the person is an Editor, and those that the person entered."""
        roles = Membership.objects.filter(user=person, user__is_active=True)
        edited = Q(newsroom__in=roles.filter(role__in=Membership.DECIDING).values("publisher"))
        return self.filter(edited | Q(created_by=person, newsroom__in=roles.values("publisher")))


class Incident(VersionedModel):
    """A demand as the newsroom received it, which only Editors and the person who entered it can read.

    The database stores the texts encrypted, and no texts in saved states. The worker deletes the row on `delete_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key()
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("entered by"), related_name="+", editable=False)
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    caller = EncryptedLineField(_("who demands it"), max_length=300, blank=True)
    said = EncryptedProseField(_("what they say"), max_length=10_000, blank=True)
    deadline = models.DateTimeField(_("until when"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, blank=True)
    channel = models.CharField(**field_options(statements.Demand, "channel"), max_length=20, blank=True)
    number = EncryptedLineField(_("number or address"), max_length=300, blank=True)
    principal = EncryptedLineField(_("on whose behalf"), max_length=300, blank=True)
    review = models.ForeignKey(
        Review, models.PROTECT, verbose_name=_("review"), null=True, blank=True, related_name="+"
    )
    claim = models.ForeignKey(Claim, models.SET_NULL, verbose_name=_("claim"), null=True, blank=True, related_name="+")
    # A function of the database deletes tips, so it isn't a constraint.
    message = models.ForeignKey(
        ReaderMessage, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    answer = EncryptedProseField(_("answer"), max_length=10_000, blank=True)
    outcome = models.CharField(
        **field_options(statements.Demand, "outcome"), max_length=10, default=Demand.Outcome.OPEN.value
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    delete_on = models.DateField(_("delete on"), default=deletion_date, blank=True)
    demand = models.OneToOneField(Demand, models.SET_NULL, null=True, editable=False, related_name="incident")
    alarmed_at = models.DateTimeField(null=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-created_at", "-id"]
        constraints = [
            is_known("incident", "outcome", statements.Outcome.values()),
            is_known("incident", "channel", ["", *statements.Channel.values()]),
            models.CheckConstraint(
                condition=Q(outcome="open") ^ Q(answered_at__isnull=False),
                name="incident_answered_at_a_time",
                violation_error_message=_("Enter both the outcome and the time of your answer, or neither."),
            ),
        ]

    def __str__(self) -> str:
        """Return the time, without a text, because the desk shows names of rows in many places."""
        return date_format(timezone.localtime(self.received_at), "SHORT_DATETIME_FORMAT")
