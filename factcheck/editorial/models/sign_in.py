"""Sessions, second factors, and the counters of failed sign-ins."""

from typing import Any, ClassVar, Self

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import LineField
from factcheck.editorial.models.people import User


class Session(AbstractBaseSession):
    """A session at the desk. The columns let a person recognise and end their own sessions."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    device = LineField(max_length=100, blank=True, help_text="The browser and the system, for example Firefox, Linux.")
    network = models.CharField(max_length=50, blank=True, help_text="A /24 or /48, never a whole IP address.")
    began_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now, help_text="Accurate to the minute.")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering: ClassVar = ["-used_at"]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from factcheck.editorial.sign_in.sessions import SessionStore

        return SessionStore


class SecondFactorQuerySet(models.QuerySet["SecondFactor"]):
    def usable(self) -> Self:
        """Passkeys and apps. Recovery codes only replace them."""
        return self.exclude(kind=SecondFactor.Kind.RECOVERY_CODE)

    def recovery_codes(self) -> Self:
        return self.filter(kind=SecondFactor.Kind.RECOVERY_CODE)

    def passkeys(self) -> Self:
        return self.filter(kind=SecondFactor.Kind.PASSKEY)


class SecondFactor(models.Model):
    """A passkey, an authenticator app or one recovery code. Secrets are encrypted, and codes are hashed."""

    class Kind(models.TextChoices):
        PASSKEY = "passkey", _("passkey")
        APP = "app", _("authenticator app")
        RECOVERY_CODE = "recovery_code", _("recovery code")

    user = models.ForeignKey(User, models.CASCADE, related_name="second_factors")
    kind = models.CharField(max_length=20, choices=Kind)
    name = LineField(_("name"), max_length=100, blank=True)
    key = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        help_text="Hash of the credential ID or the recovery code, in hexadecimal. Empty for an app.",
    )
    secret = models.TextField(blank=True, help_text="The encrypted key. Empty for a recovery code.")
    counter = models.BigIntegerField(default=0, help_text="The passkey's last counter, or the app's last time step.")
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    used_at = models.DateTimeField(_("last used"), null=True)

    objects = SecondFactorQuerySet.as_manager()

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(kind="app"), name="secondfactor_one_app"),
            models.CheckConstraint(
                condition=Q(kind="app", key=None)
                | Q(kind__in=["passkey", "recovery_code"], key__regex="^[0-9a-f]{64}$"),
                name="secondfactor_has_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())


class SignInCounter(models.Model):
    """Counts attempts to sign in. `key` names what is counted, and never contains an IP address or a name."""

    key = models.CharField(max_length=80, unique=True)
    attempts = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)
    unreported = models.PositiveIntegerField(default=0, help_text="Failures that no event contains yet.")
    reported_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key
