"""Claims, the people who made them, and the places where they appeared."""

import uuid
from collections.abc import Iterable
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left, Now
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import LanguageField, LineField, add_columns, field_options
from factcheck.editorial.models.captures import capture_key
from factcheck.editorial.models.drafts import StatementModel, VersionedModel, is_known
from factcheck.editorial.models.people import User, newsroom_key
from factcheck.record.models import PublishedClaim
from factcheck.record.statements import review as statements

# Indexes use only this many characters of a claimant's description. A row of an index can't be larger than 2,704 bytes,
# and one character can take several bytes.
SORTED_CHARACTERS = 100


NO_CAPTURE_HELP = _("Readers will see the reason. While this field has a text, no copy is published.")


class Claimant(VersionedModel):
    """The person or organisation that made a claim. Private persons are described ("a Facebook user"), never named."""

    Type = statements.ClaimantType

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key(db_index=False)
    is_public_figure = models.BooleanField(
        _("is a public figure"),
        default=False,
        help_text=_("A person may be named only for what they said in a public office or role."),
    )
    add_columns(
        locals(),
        statements.Claimant,
        "id",
        "confirmed",
        name=_("Name only a public figure or an organisation."),
        description=_("Describe a private person instead of naming them, for example “a Facebook user”."),
        job_title=_("The office or role at the time of the claim."),
        same_as=_("URLs that identify the claimant, for example a Wikidata page. Separate the URLs with commas."),
    )
    confirmed = models.BooleanField(
        _("confirmed"),
        default=True,
        editable=False,
        help_text=_(
            "False if the name came from another publisher and no editor has confirmed it or replaced it with a"
            " description."
        ),
    )

    class Meta:
        verbose_name = _("claimant")
        verbose_name_plural = _("claimants")
        ordering = ["name", Left("description", SORTED_CHARACTERS), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type="unnamed", name="") & ~Q(description="") | ~Q(type="unnamed") & ~Q(name=""),
                name="claimant_named_or_described",
            ),
            models.CheckConstraint(
                condition=~Q(type="person") | Q(is_public_figure=True) | Q(confirmed=False),
                name="claimant_person_is_public_figure",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "type"], name="claimant_name"),
            models.Index("newsroom", "name", Left("description", SORTED_CHARACTERS), "id", name="claimant_newsroom"),
            models.Index(fields=["newsroom", "name"], condition=Q(confirmed=False), name="claimant_unconfirmed"),
        ]

    def __str__(self) -> str:
        return str(self.name or self.description)

    def clean(self) -> None:
        if self.type == self.Type.UNNAMED:
            if self.name or not self.description:
                field = "name" if self.name else "description"
                raise ValidationError({field: _("Describe the claimant (“a Facebook user”) and leave the name empty.")})
        elif not self.name:
            raise ValidationError({"name": _("Write the name, or choose “described, not named”.")})
        elif self.type == self.Type.PERSON and not self.is_public_figure and self.confirmed:
            raise ValidationError(
                {
                    "name": _(
                        "Private persons must not be named. Choose “described, not named” and enter a"
                        " description, or tick “is a public figure”."
                    )
                }
            )


class Topic(models.Model):
    """A subject by which readers can browse reviews."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["slug"]

    def __str__(self) -> str:
        return " / ".join(label.label for label in self.labels.all()) or self.slug


class TopicLabel(models.Model):
    """The name of a topic in one language."""

    topic = models.ForeignKey(Topic, models.CASCADE, verbose_name=_("topic"), related_name="labels")
    language = LanguageField(_("language"))
    label = LineField(_("label"), max_length=500)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["-language"]
        constraints = [models.UniqueConstraint(fields=["topic", "language"], name="topiclabel_language_once")]

    def __str__(self) -> str:
        return self.label


class ClaimQuerySet(models.QuerySet["Claim"]):
    def reviewable_by(self, newsrooms: Iterable[int]) -> Self:
        """Return the claims that these newsrooms can review: their own claims and all published claims."""
        published = PublishedClaim.objects.live().filter(pk=OuterRef("pk"))
        return self.filter(Q(newsroom__in=newsrooms) | Exists(published))


class Claim(VersionedModel):
    """A checkable statement that somebody has made. A claim doesn't contain a verdict."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key(db_index=False)
    language = LanguageField(_("language"))
    add_columns(
        locals(),
        statements.ReviewedClaim,
        "id",
        "language",
        text=_("Write the claim in one sentence, without judging it."),
        claimed_on=_("The date on which the claim was made, if known."),
    )
    claimant = models.ForeignKey(
        Claimant, models.PROTECT, verbose_name=_("claimant"), null=True, blank=True, related_name="claims"
    )
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), blank=True)
    logged_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("logged by"), related_name="+", editable=False, db_index=False
    )
    logged_at = models.DateTimeField(_("logged at"), auto_now_add=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-logged_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="claim_has_text")]
        # Three of these indexes begin with the newsroom, so the column doesn't need its own index.
        indexes = [
            models.Index(fields=["-logged_at", "-id"], name="claim_logged"),
            models.Index(fields=["newsroom", "-logged_at", "-id"], name="claim_newsroom"),
            models.Index(fields=["newsroom", "language", "-logged_at", "-id"], name="claim_newsroom_language"),
            models.Index(fields=["newsroom", "logged_by", "-logged_at", "-id"], name="claim_newsroom_logged_by"),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 120 else f"{self.text[:119]}…"


class Appearance(StatementModel):
    """A place where a claim was published (schema.org: appearance, firstAppearance)."""

    Medium = statements.Medium

    validators: ClassVar = [
        RegexValidator(r"^[0-9a-f]{64}\Z", _("Enter the SHA-256 hash as 64 characters from 0–9 and a–f."))
    ]

    claim = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("claim"), related_name="appearances")
    media_sha256 = models.CharField(
        **field_options(statements.Appearance, "media_sha256"),
        max_length=64,
        blank=True,
        validators=validators,
        help_text=_("The SHA-256 hash of the image, video or audio file, if available."),
    )
    add_columns(
        locals(),
        statements.Appearance,
        "media_sha256",
        archive_url=_("The URL of an archived copy, for example at web.archive.org, in case the page disappears."),
        first=_("The earliest appearance that you found."),
        no_capture_reason=NO_CAPTURE_HELP,
    )
    capture = capture_key(statements.Appearance, "appearances")
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering = ["-first", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(first=True), name="appearance_one_first"),
            is_known("appearance", "medium", ["", "text", "image", "video", "audio"]),
            models.CheckConstraint(
                condition=Q(media_sha256__regex=r"^([0-9a-f]{64})?$"), name="appearance_media_sha256_hex"
            ),
        ]

    def __str__(self) -> str:
        return str(self.url)


class Card(models.Model):
    """A claim on the board of one newsroom, with what people set by hand. The database adds the rows (sql/cards.sql).

    Whether a review waits for a decision or is published isn't stored here. The database raises `version` at each
    change, so that two people can't overwrite each other's changes.
    """

    class Stage(models.TextChoices):
        CAME_IN = "came_in", _("came in")
        TO_CHECK = "to_check", _("to check")
        CHECKING = "checking", _("checking")
        OFF = "off", _("off the board")

    newsroom = newsroom_key(db_index=False)
    claim = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("claim"), related_name="cards")
    stage = models.CharField(_("column"), max_length=10, choices=Stage, default=Stage.CAME_IN, db_default="came_in")
    owner = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("who checks it"), null=True, blank=True, related_name="cards"
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    check_again_on = models.DateField(
        _("check again by"),
        null=True,
        blank=True,
        help_text=_("A week before this day, the published claim comes back to the board."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(_("changed at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards of the board")
        ordering = ["-urgent", "due_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["newsroom", "claim"], name="card_once"),
            is_known("card", "stage", ["came_in", "to_check", "checking", "off"]),
            models.CheckConstraint(
                condition=~Q(stage="off") | Q(due_on__isnull=True, urgent=False), name="card_off_is_not_due"
            ),
        ]
        indexes = [
            models.Index(
                fields=["newsroom", "stage", "-urgent", "due_on", "-id"], name="card_board", condition=~Q(stage="off")
            ),
            models.Index(
                fields=["newsroom", "check_again_on"], name="card_again", condition=Q(check_again_on__isnull=False)
            ),
            models.Index(fields=["newsroom", "-changed_at"], name="card_off", condition=Q(stage="off")),
        ]

    def __str__(self) -> str:
        return str(self.claim)
