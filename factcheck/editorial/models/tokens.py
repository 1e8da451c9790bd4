"""Tokens for programs, and the requests that have been processed for them. No draft text is stored in these tables."""

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from factcheck.editorial.fields import LineField
from factcheck.editorial.models.people import Membership, Publisher, User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> Self:
        """Tokens that are neither revoked nor expired, and whose active account has a role in the newsroom."""
        role = Membership.objects.filter(user=OuterRef("user"), publisher=OuterRef("newsroom"))
        return self.filter(Exists(role), revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """Lets a program act as one account in one newsroom. The secret is shown once, and only its SHA-256 is stored."""

    class Scope(models.TextChoices):
        CLAIMS = "claims:write", _("log claims, and read and edit the claims that it logged")
        DRAFTS = "drafts:write", _("start reviews, and read and edit the drafts of these reviews")

    MAX_LIFETIME: ClassVar = timedelta(days=366)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="+")
    user = models.ForeignKey(User, models.PROTECT, verbose_name=_("account"), related_name="+", editable=False)
    name = LineField(
        _("name"), max_length=200, help_text=_("The program that uses the token, and where the program runs.")
    )
    scopes = ArrayField(
        models.CharField(max_length=40, choices=Scope), verbose_name=pgettext_lazy("scope of a token", "may")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="Hexadecimal SHA-256.")
    made_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False, help_text=_("Accurate to the minute."))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("revoked by"), null=True, related_name="+", editable=False
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="apitoken_has_name"),
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1, scopes__contained_by=["claims:write", "drafts:write"]),
                name="apitoken_scopes_known",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="apitoken_digest_hex"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + timedelta(days=366)),
                name="apitoken_ends",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="apitoken_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether the token is neither revoked nor expired. The account's role is checked separately."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class AnsweredRequest(models.Model):
    """A processed request with an Idempotency-Key. A repeated request is answered from `subject`."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+", db_index=False)
    route = models.CharField(max_length=200, help_text="Method and path.")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="Keyed hash of the content, so that it can't confirm a guess.")
    subject = models.UUIDField(help_text="The claim or review that was created or changed.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "route", "key"], name="answeredrequest_once"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="answeredrequest_digest_hex"),
        ]
        indexes = [models.Index(fields=["at"], name="answeredrequest_at")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
