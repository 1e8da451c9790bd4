"""Demands to change or remove a review, as the newsroom writes them down for the public register."""

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import (
    LanguageField,
    LineField,
    ProseField,
    RuledField,
    SeveralWordsField,
    field_options,
    multiple_choice_options,
)
from factcheck.editorial.models.people import Publisher, User
from factcheck.editorial.models.reviews import Review
from factcheck.record.statements import demand as statements


class ReceivedAtField(RuledField):
    """A time with its zone, as the newsroom wrote it down."""

    rule = statements.RECEIVED_AT


class CountryField(RuledField):
    rule = statements.COUNTRY


class Demand(models.Model):
    """The draft of an entry in the register. What the public sees of it are revisions in the record."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")

    From = statements.From

    Outcome = statements.Outcome

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = models.ForeignKey(
        Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="+", help_text=_("Who received it.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    review = models.ForeignKey(
        Review,
        models.PROTECT,
        verbose_name=_("review"),
        null=True,
        blank=True,
        related_name="demands",
        help_text=_("The published review that it is about, if it is about one."),
    )
    received_on = models.DateField(**field_options(statements.Demand, "received_on"))
    received_at = ReceivedAtField(
        **field_options(statements.Demand, "received_at"),
        blank=True,
        help_text=_("Such as 2026-10-05T09:30+07:00, if you know it."),
    )
    channel = models.CharField(**field_options(statements.Demand, "channel"), max_length=10, blank=True)
    kinds = SeveralWordsField(**multiple_choice_options(statements.Demand, "kinds"))
    hours_given = models.PositiveIntegerField(
        **field_options(statements.Demand, "hours_given"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(statements.MAX_HOURS)],
        help_text=_("Within how many hours it was to be done, if it said so."),
    )
    law_country = CountryField(
        **field_options(statements.Law, "country"), blank=True, help_text=_("Two letters, such as VN.")
    )
    law_act = LineField(**field_options(statements.Law, "act"), blank=True)
    law_article = LineField(**field_options(statements.Law, "article"), blank=True)
    from_type = models.CharField(**field_options(statements.DemandedBy, "type"), max_length=20)
    from_name = LineField(
        **field_options(statements.DemandedBy, "name"),
        blank=True,
        help_text=_("Of a body, court or company; a private person has none here."),
    )
    from_description = LineField(
        **field_options(statements.DemandedBy, "description"),
        blank=True,
        help_text=_("Of a private person instead of a name, such as “somebody shown in the video”."),
    )
    language = LanguageField(_("language"), default="vi", help_text=_("The language in which you write."))
    asked = ProseField(
        **field_options(statements.Demand, "asked"),
        blank=True,
        help_text=_("Without what the law forbids to repeat, and without names of private persons."),
    )
    legal_basis = ProseField(
        **field_options(statements.Demand, "legal_basis"),
        blank=True,
        help_text=_("Law and article, as the demand gives it; empty if none."),
    )
    outcome = models.CharField(**field_options(statements.Demand, "outcome"), max_length=10, default=Outcome.OPEN.value)
    done = ProseField(**field_options(statements.Demand, "done"), blank=True)
    done_on = models.DateField(**field_options(statements.Demand, "done_on"), null=True, blank=True)
    withheld_reason = ProseField(
        **field_options(statements.Demand, "withheld"),
        blank=True,
        help_text=_(
            "If the law forbids to repeat part of the demand: leave it out above and say here that it is left out, "
            "and on what ground. Readers see this."
        ),
    )
    publish_after = models.DateField(
        **field_options(statements.Demand, "delayed_until"),
        null=True,
        blank=True,
        help_text=_(
            "If the entry must wait: the first day (UTC) on which it may be public. Approved by then, it is published "
            "by itself, and says until when it was delayed."
        ),
    )
    # Of an update of what is public: published with it.
    change_note = ProseField(_("what changed"), max_length=2000, blank=True, help_text=_("Readers see this."))
    created_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("written down by"), related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "approved", "published"]), name="demand_state_known"
            ),
            models.CheckConstraint(
                condition=Q(from_type__in=["state_body", "police", "court", "company", "person"]),
                name="demand_from_type_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["open", "complied", "partly", "refused", "dropped"]),
                name="demand_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["", *statements.Channel.values()]), name="demand_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=statements.DemandKind.values()), name="demand_kinds_known"
            ),
            models.CheckConstraint(
                condition=Q(law_country="", law_act="", law_article="") | ~Q(law_country="") & ~Q(law_act=""),
                name="demand_law_is_named",
                violation_error_message=_("Name the country and the act of the law, or leave out all of it."),
            ),
            models.CheckConstraint(
                condition=~Q(from_type="person") | Q(from_name=""),
                name="demand_person_not_named",
                violation_error_message=_("A private person is not named: describe them and leave the name empty."),
            ),
            models.CheckConstraint(
                condition=~Q(withheld_reason="")
                | Q(from_type="person") & ~Q(from_description="")
                | ~Q(from_type="person") & ~Q(from_name=""),
                name="demand_says_from_whom",
                violation_error_message=_(
                    "Say from whom it came: the name, or of a private person a description. "
                    "If the law forbids that, say why it is left out."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(asked="") | ~Q(withheld_reason=""),
                name="demand_says_what_was_asked",
                violation_error_message=_("Write what was asked. If the law forbids that, say why it is left out."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="open") | ~Q(done="") & Q(done_on__isnull=False),
                name="demand_says_what_was_done",
                violation_error_message=_("Write what you did and on which day, or leave the outcome open."),
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(done_on__gte=F("received_on")),
                name="demand_done_after_it_came",
                violation_error_message=_("You cannot have done something about it before you received it."),
            ),
        ]
        indexes = [models.Index(fields=["newsroom", "state", "-received_on", "-id"], name="demand_newsroom_state")]

    def __str__(self) -> str:
        who = self.from_name or self.from_description or "…"
        return f"{self.get_from_type_display()}: {who}, {date_format(self.received_on)}"
