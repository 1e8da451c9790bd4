"""Messages from readers with claims to check and mistakes in reviews, and counts of answers that readers found wrong.

Readers are told how long messages are kept.
"""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.encryption import EncryptedLineField, EncryptedProseField, EncryptedWebAddressField
from factcheck.editorial.fields import LanguageField, LineField, ProseField
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.people import Publisher, User, newsroom_key
from factcheck.editorial.models.reviews import Review


class ReaderMessageQuerySet(models.QuerySet["ReaderMessage"]):
    def for_newsrooms(self, newsrooms: list[int]) -> Self:
        """Return messages that were sent to these newsrooms, and tips that no newsroom has taken yet."""
        return self.filter(Q(newsroom__in=newsrooms) | Q(newsroom=None), same_as=None)

    def waiting(self) -> Self:
        """Return messages that nobody has decided on or taken up.

        A repeated message waits for as long as the first message.
        """
        return self.filter(Q(same_as=None) | Q(same_as__state="waiting"), state="waiting")


class ReaderMessage(models.Model):
    """A tip or a correction request, whose content is encrypted.

    A repeated message contains no text, and refers to the first message in `same_as`.
    """

    class Kind(models.TextChoices):
        TIP = "tip", _("a claim to check")
        CORRECTION = "correction", _("a mistake in a review")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKEN_UP = "taken_up", _("taken up")
        ANSWERED = "answered", _("answered")
        DISMISSED = "dismissed", _("put aside")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    language = LanguageField(_("language"))
    text = EncryptedProseField(_("text"), max_length=5000, blank=True)
    url = EncryptedWebAddressField(_("address"), blank=True)
    review = models.ForeignKey(Review, models.PROTECT, verbose_name=_("review"), null=True, related_name="+")
    contact = EncryptedLineField(_("contact"), max_length=300, blank=True)
    receipt = models.CharField(max_length=64, unique=True, help_text="Hexadecimal SHA-256 of the sender's receipt.")
    sender = models.CharField(max_length=64, blank=True, help_text="A network's hash of one hour. Then empty.")
    wide_sender = models.CharField(
        max_length=64,
        blank=True,
        help_text="The same of the wide network (IPv4 /24 or IPv6 /48).",
    )
    fingerprint = models.CharField(
        max_length=64, help_text="Keyed hash of the content. It identifies repeated messages."
    )
    same_as = models.ForeignKey("self", models.CASCADE, null=True, related_name="repetitions")
    newsroom = models.ForeignKey(
        Publisher,
        models.PROTECT,
        verbose_name=_("newsroom"),
        null=True,
        related_name="+",
        help_text="The newsroom that the message was sent to, or the newsroom that decided on the tip.",
    )
    answer = ProseField(_("answer"), max_length=2000, blank=True)
    claim = models.ForeignKey(Claim, models.SET_NULL, verbose_name=_("claim"), null=True, related_name="+")
    # the review's last revision when a correction was opened because of this request
    corrects_revision = models.PositiveIntegerField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("decided by"), null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = ReaderMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message from a reader")
        verbose_name_plural = _("messages from readers")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="tip", review__isnull=True)
                | Q(kind="correction", review__isnull=False, newsroom__isnull=False),
                name="readermessage_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=["taken_up", "answered", "dismissed"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    newsroom__isnull=False,
                ),
                name="readermessage_decided_at_once",
            ),
            models.CheckConstraint(
                condition=Q(same_as__isnull=True) & ~Q(text="") | Q(same_as__isnull=False, text="", url=""),
                name="readermessage_says_something",
            ),
            models.CheckConstraint(
                condition=Q(state="answered") & ~Q(answer="") | ~Q(state="answered") & Q(answer=""),
                name="readermessage_answered_with_words",
            ),
            models.CheckConstraint(
                condition=Q(receipt__regex=r"^[0-9a-f]{64}$", fingerprint__regex=r"^[0-9a-f]{64}$")
                & Q(sender__regex=r"^([0-9a-f]{64})?$", wide_sender__regex=r"^([0-9a-f]{64})?$"),
                name="readermessage_hashes_hex",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="readermessage_received"),
            models.Index(fields=["sender", "received_at"], condition=~Q(sender=""), name="readermessage_sender"),
            models.Index(
                fields=["wide_sender", "received_at"], condition=~Q(wide_sender=""), name="readermessage_wide_sender"
            ),
            models.Index(fields=["fingerprint"], name="readermessage_fingerprint"),
            models.Index(fields=["newsroom"], condition=Q(state="waiting"), name="readermessage_waiting"),
        ]

    def __str__(self) -> str:
        """Return the kind and the time, without the text, because not everybody who sees the name may read the text."""
        received = date_format(timezone.localtime(self.received_at), "SHORT_DATETIME_FORMAT")
        return f"{capfirst(self.get_kind_display())}, {received}"

    @property
    def answer_language(self) -> str:
        """Return the language in which the sender is answered: that of the message, or else the site's language."""
        language = self.language.partition("-")[0]
        return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class ReusableAnswer(models.Model):
    """A newsroom's answer to readers in one language, for messages that arrive again and again.

    The text isn't encrypted, so it must not repeat anything that a reader wrote.
    """

    newsroom = models.ForeignKey(Publisher, models.CASCADE, verbose_name=_("newsroom"), related_name="+")
    name = LineField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    text = ProseField(_("answer"), max_length=2000)

    class Meta:
        verbose_name = _("reusable answer")
        ordering = ["newsroom", "name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["newsroom", "name", "language"], name="reusableanswer_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(text=""), name="reusableanswer_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_language_display()})"


class Mismatch(models.Model):
    """The number of readers to whom the search page answered with a claim that they hadn't asked about.

    `kind` is the difference that the readers chose. Nothing of their texts is stored.
    """

    class Kind(models.TextChoices):
        SUBJECT = "subject", _("another person or thing")
        NUMBER = "number", _("another number")
        DATE = "date", _("another date")
        PLACE = "place", _("another place")
        NEGATION = "negation", _("the opposite")
        OTHER = "other", _("something else")

    claim = models.ForeignKey(Claim, models.CASCADE, verbose_name=_("claim"), related_name="mismatches")
    newsroom = newsroom_key()
    kind = models.CharField(_("readers asked about"), max_length=10, choices=Kind)
    count = models.PositiveIntegerField(_("number of readers"))
    last_on = models.DateField(_("last on"))

    class Meta:
        verbose_name = _("wrong answer")
        verbose_name_plural = _("wrong answers to readers")
        ordering = ["-count", "-last_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind"], name="mismatch_kind_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["subject", "number", "date", "place", "negation", "other"], count__gte=1),
                name="mismatch_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.count}"
