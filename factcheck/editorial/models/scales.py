"""Rating scales and their verdicts, and mappings from other publishers' verdicts."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import LanguageField, LineField, ProseField


class RatingScale(models.Model):
    """A scale from worst (least true) to best (most true), as with schema.org's worstRating and bestRating."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = LineField(_("name"), max_length=500)
    worst = models.PositiveSmallIntegerField(
        _("worst"), default=1, help_text=_("The value that means “the claim is false”.")
    )
    best = models.PositiveSmallIntegerField(
        _("best"), default=5, help_text=_("The value of the most accurate verdict.")
    )

    class Meta:
        verbose_name = _("rating scale")
        verbose_name_plural = _("rating scales")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(worst__gte=1),
                name="ratingscale_worst_from_1",
                violation_error_message=_("The worst value must be 1 or higher."),
            ),
            models.CheckConstraint(
                condition=Q(best__gt=F("worst")),
                name="ratingscale_best_above_worst",
                violation_error_message=_("The best value must be higher than the worst value."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def find(self, scale: str | None, slug: str | None) -> "Verdict | None":
        return self.select_related("scale").filter(scale__slug=scale, slug=slug).first()

    def with_words(self) -> Self:
        """Return verdicts with their scales and their labels in all languages."""
        return self.select_related("scale").prefetch_related("labels")


class Verdict(models.Model):
    """One verdict of a scale. A verdict without a value has no position between false and true."""

    scale = models.ForeignKey(RatingScale, models.PROTECT, verbose_name=_("rating scale"), related_name="verdicts")
    slug = models.SlugField(_("short name"), max_length=60)
    value = models.PositiveSmallIntegerField(
        _("value"),
        null=True,
        blank=True,
        help_text=_("A higher value means a truer claim. Leave this field empty for a verdict such as “unproven”."),
    )

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["scale", F("value").asc(nulls_last=True), "slug"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "slug"], name="verdict_slug_once"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=1), name="verdict_value_from_1"),
        ]

    def __str__(self) -> str:
        return self.label(get_language() or "en") if self.pk else self.slug

    def label(self, language: str) -> str:
        """Return the label in this language, in its primary language or in English, or else the slug."""
        labels = {label.language.lower(): label.label for label in self.labels.all()}
        preferred = (language.lower(), language.partition("-")[0].lower(), "en")
        return next((labels[tag] for tag in preferred if tag in labels), self.slug)


class VerdictLabel(models.Model):
    """The name and meaning of a verdict in one language."""

    verdict = models.ForeignKey(Verdict, models.CASCADE, verbose_name=_("verdict"), related_name="labels")
    language = LanguageField(_("language"))
    label = LineField(_("label"), max_length=500)
    explanation = ProseField(_("explanation"), max_length=10_000, blank=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["verdict", "language"], name="verdictlabel_language_once")]

    def __str__(self) -> str:
        return self.label


class VerdictMapping(models.Model):
    """A verdict as another publisher words it, and the equivalent verdict on this site.

    A mapping applies once two people have adopted it in the log.
    """

    words = LineField(
        _("their words"),
        max_length=500,
        help_text=_("The words exactly as the publisher writes them. The case of the letters doesn’t matter."),
    )
    site = LineField(
        _("publisher's site"),
        max_length=255,
        blank=True,
        help_text=_("If empty, the mapping applies to every publisher without its own mapping."),
    )
    verdict = models.ForeignKey(
        Verdict,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("our verdict"),
        help_text=_("To withdraw the mapping, leave this field empty."),
    )
    lead = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,  # the table is small
        db_constraint=False,  # mappings are never deleted
        related_name="members",
        help_text="The mapping with which this mapping was proposed, so that one decision is about both.",
    )

    class Meta:
        verbose_name = _("verdict mapping")
        verbose_name_plural = _("verdict mappings")
        ordering = ["words", "site"]
        constraints = [models.UniqueConstraint(fields=["words", "site"], name="verdictmapping_once")]

    def __str__(self) -> str:
        where = f" ({self.site})" if self.site else ""
        return f"{self.words}{where} → {self.verdict or '–'}"

    @property
    def with_members(self) -> "list[VerdictMapping]":
        """The mapping and those that are decided together with it."""
        return [
            self,
            *self.members.select_related("verdict__scale").prefetch_related("verdict__labels").order_by("words"),
        ]
