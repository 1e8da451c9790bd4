"""Publishers, accounts, and the roles of people in newsrooms."""

from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import time_zones
from factcheck.editorial.fields import (
    LanguageField,
    LineField,
    ProseField,
    SeveralWordsField,
    WebAddressField,
    field_options,
    multiple_choice_options,
    url_list,
)
from factcheck.editorial.models.versions import VersionedModel
from factcheck.record.statements import review as statements


class PublisherQuerySet(models.QuerySet["Publisher"]):
    def newsrooms(self) -> Self:
        """The publishers that have members on this site."""
        return self.filter(memberships__isnull=False).distinct()


class Publisher(VersionedModel):
    """The publisher responsible for a review: one of the site's newsrooms, or the publisher of an imported review."""

    Type = statements.PublisherType

    type = models.CharField(
        **field_options(statements.Publisher, "type"), max_length=20, default=Type.ORGANIZATION.value
    )
    name = LineField(**field_options(statements.Publisher, "name"))
    site = LineField(
        **field_options(statements.Publisher, "site"),
        unique=True,
        help_text=_(
            "The website’s host without www., such as example.org. The API identifies the publisher by this host."
        ),
    )
    url = WebAddressField(**field_options(statements.Publisher, "url"), blank=True)
    logo_url = WebAddressField(
        **field_options(statements.Publisher, "logo_url"), blank=True, help_text=_("The URL of the logo.")
    )
    language = LanguageField(
        _("language"),
        blank=True,
        help_text=_("The language in which you usually write, such as vi or en."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=time_zones.DEFAULT,
        validators=[time_zones.validate_time_zone],
        help_text=_("The editors’ desk and its e-mails show times in this zone."),
    )
    same_as = url_list(**field_options(statements.Publisher, "same_as"))
    description = LineField(
        **field_options(statements.Publisher, "description"),
        blank=True,
        help_text=_("In one or two sentences: who you are and who funds you."),
    )
    codes = SeveralWordsField(
        **multiple_choice_options(statements.Publisher, "codes"),
        help_text=_("Tick a code only if its body lists you as a signatory or member."),
    )
    methodology_url = WebAddressField(
        **field_options(statements.Publisher, "methodology_url"),
        blank=True,
        help_text=_("The page that explains how you check claims (IFCN: methodology)."),
    )
    corrections_url = WebAddressField(
        **field_options(statements.Publisher, "corrections_url"),
        blank=True,
        help_text=_("The page that explains how you correct mistakes."),
    )
    principles_url = WebAddressField(
        **field_options(statements.Publisher, "principles_url"),
        blank=True,
        help_text=_("The page that explains who you are and who funds you."),
    )
    unnamed_sources_url = WebAddressField(**field_options(statements.Publisher, "unnamed_sources_url"), blank=True)
    feedback_url = WebAddressField(
        **field_options(statements.Publisher, "feedback_url"),
        blank=True,
        help_text=_("The page where readers can report a mistake."),
    )
    checklist = ProseField(
        _("checklist for decisions"),
        max_length=4000,
        blank=True,
        help_text=_(
            "Editors see these sentences when they decide on a review. Enter one sentence per line. If you leave the"
            " field empty, the default checklist is shown."
        ),
    )

    objects = PublisherQuerySet.as_manager()

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(site__regex=r"^[^\sA-Z/]+$"),
                name="publisher_site_is_host",
                violation_error_message=_(
                    "Enter only the host, in lower case, without https:// or a slash, such as example.org."
                ),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="publisher_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class User(VersionedModel, AbstractUser):
    """A person with an account. Their permissions depend only on their memberships."""

    byline = LineField(
        _("byline"),
        max_length=500,
        blank=True,
        help_text=_("The name shown on reviews, which can be a pen name. Without a byline, reviews don’t show a name."),
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.byline or self.username


class Membership(models.Model):
    """A person's role in one newsroom. Every workflow function checks the role."""

    class Role(models.TextChoices):
        REPORTER = "reporter", _("Reporter")
        EDITOR = "editor", _("Editor")
        CHIEF_EDITOR = "chief_editor", _("Chief editor")

    # The roles that can decide on other people's work.
    DECIDING: ClassVar = (Role.EDITOR, Role.CHIEF_EDITOR)

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("account"), related_name="memberships")
    publisher = models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["publisher", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "publisher"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=["reporter", "editor", "chief_editor"]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.publisher}"
