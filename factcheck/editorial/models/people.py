"""Publishers and their freezes, accounts and roles, sessions, second factors, and tokens for programs."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from factcheck.editorial.fields import LanguageField, LineField, ProseField, add_columns, field_options
from factcheck.editorial.models.drafts import StatementModel, is_known
from factcheck.editorial.people.time_zones import validate_time_zone
from factcheck.record.statements import review as statements


class PublisherQuerySet(models.QuerySet["Publisher"]):
    def newsrooms(self) -> Self:
        """Return the publishers that have members on this site."""
        return self.filter(memberships__isnull=False).distinct()


class Publisher(StatementModel):
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
    language = LanguageField(
        _("language"),
        blank=True,
        help_text=_("The language in which you usually write, such as vi or en."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("The desk, its e-mails, and the pages of your reviews show times in this zone."),
    )
    add_columns(
        locals(),
        statements.Publisher,
        "type",
        "name",
        "site",
        "rules_digest",
        "time_zone",
        logo_url=_("The URL of the logo."),
        color=_("Shown beside your name, such as #c2410c. It must be visible on light and on dark pages."),
        description=_("In one or two sentences: who you are and who funds you."),
        codes=_("Tick a code only if its body lists you as a signatory or member."),
        methodology_url=_("The page that explains how you check claims (IFCN: methodology)."),
        corrections_url=_("The page that explains how you correct mistakes."),
        principles_url=_("The page that explains who you are and who funds you."),
        feedback_url=_("The page where readers can report a mistake."),
    )
    rules_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    checklist = ProseField(
        _("checklist for decisions"),
        max_length=4000,
        blank=True,
        help_text=_(
            "Editors must tick each of these sentences before they can approve a review. Enter one sentence per line."
            " If the field is empty, nothing is asked."
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


def newsroom_key(**options: Any) -> models.ForeignKey[Publisher, Publisher]:
    """Return the column for the newsroom to which a row belongs."""
    return models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="+", **options)


class User(AbstractUser):
    """A person with an account. The person's permissions depend only on their memberships."""

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
            is_known("membership", "role", ["reporter", "editor", "chief_editor"]),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.publisher}"


NOTICES = ["mentioned", "answered", "assigned", "returned", "waiting", "due"]


class NoticeChoice(models.Model):
    """The e-mails that tell a person about notices (`sql/notices.sql`). The person looked at the notices at `seen_at`.

    Without kinds, the person gets no e-mail.
    """

    KINDS: ClassVar = NOTICES

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(default=timezone.now)
    mail = models.CharField(max_length=10, choices=[("daily", "daily"), ("at_once", "at once")], default="daily")
    kinds = ArrayField(models.CharField(max_length=10), default=list)
    language = models.CharField(max_length=10, blank=True, help_text="The desk's language when the person last looked.")

    class Meta:
        constraints: ClassVar = [
            is_known("noticechoice", "mail", ["daily", "at_once"]),
            models.CheckConstraint(condition=Q(kinds__contained_by=NOTICES), name="noticechoice_kinds_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.mail}"


class Session(AbstractBaseSession):
    """A session at the desk. The columns let a person recognise and end their own sessions."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    device = LineField(max_length=100, blank=True, help_text="The browser and the system, for example Firefox, Linux.")
    network = models.CharField(max_length=50, blank=True, help_text="The provider's /16 or /32, never an IP address.")
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
        """Return passkeys and apps, without recovery codes, which only replace a lost passkey or app."""
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
    """A counter of attempts to sign in. `key` names what is counted, and never contains an IP address or a name."""

    key = models.CharField(max_length=80, unique=True)
    attempts = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)
    unreported = models.PositiveIntegerField(default=0, help_text="Failures that no event contains yet.")
    reported_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> Self:
        """Return tokens that are neither revoked nor expired, and whose active account has a role in the newsroom."""
        role = Membership.objects.filter(user=OuterRef("user"), publisher=OuterRef("newsroom"))
        return self.filter(Exists(role), revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """A token with which a program acts as one account in one newsroom.

    The secret is shown once, and only its SHA-256 is stored.
    """

    class Scope(models.TextChoices):
        CLAIMS = "claims:write", _("log claims, and read and edit the claims that it logged")
        DRAFTS = "drafts:write", _("start reviews, and read and edit the drafts of these reviews")
        COPIES = "copies:write", _("only add copies to the sources of your drafts, for the browser extension")

    MAX_LIFETIME: ClassVar = timedelta(days=366)
    secret = ""  # only in the request that sent the token

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key()
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
                condition=Q(scopes__len__gte=1, scopes__contained_by=["claims:write", "drafts:write"])
                | Q(scopes=["copies:write"]),
                name="apitoken_scopes_known",
                violation_error_message=_("A token that can only add copies can’t do anything else. Choose one thing."),
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
    """A processed request with an Idempotency-Key. The response to a repeated request describes the same `subject`."""

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


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def open(self) -> Self:
        """Return freezes that haven't ended, each with the newsroom and the person who began the freeze."""
        lasts = Q(ended_at=None) | Q(ended_at__gt=timezone.now())
        return self.filter(lasts).select_related("newsroom", "begun_by")


class Freeze(models.Model):
    """A freeze of a newsroom, or a hold of one review. Until it ends, nothing of them enters the log.

    A hold has an end from the beginning. For a longer time, a second person adds a hold. The row is never deleted.
    """

    newsroom = models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="freezes")
    reason = ProseField(_("reason"), max_length=2000)
    begun_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("frozen by"), related_name="+")
    begun_at = models.DateTimeField(_("frozen at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    review = models.ForeignKey(
        "Review", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )

    objects = FreezeQuerySet.as_manager()

    class Meta:
        verbose_name = _("freeze of publishing")
        verbose_name_plural = _("publishing freezes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["newsroom"], condition=Q(ended_at=None), name="freeze_one_open"),
            models.CheckConstraint(condition=~Q(reason=""), name="freeze_says_why"),
        ]

    def __str__(self) -> str:
        begun = date_format(timezone.localtime(self.begun_at), "SHORT_DATETIME_FORMAT")
        return f"{self.newsroom}, {begun}"
