"""Drafts of reviews, with their authors and sources."""

import uuid
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import LanguageField, LineField, ProseField, WebAddressField, add_columns, field_options
from factcheck.editorial.models.captures import Capture, capture_key
from factcheck.editorial.models.claims import NO_CAPTURE_HELP, Claim, Claimant
from factcheck.editorial.models.drafts import StatementModel, VersionedModel, is_known
from factcheck.editorial.models.people import ApiToken, Publisher, User, newsroom_key
from factcheck.editorial.models.scales import Verdict
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.translated_reviews import NEW_TEXTS
from factcheck.record.statements import review as statements


class ReviewQuerySet(models.QuerySet["Review"]):
    def drafts_of(self, user: User) -> Self:
        """Return drafts that the person created or is an author of, newest first."""
        own = Q(created_by=user) | Q(pk__in=user.authorships.values("review"))
        return self.filter(own, state="draft").select_related("claim")

    def not_erased(self) -> Self:
        return self.exclude(state="erased")

    def kept(self) -> Self:
        """Return reviews that have been neither erased nor thrown away."""
        return self.exclude(state__in=["erased", "discarded"])

    def citing(self, capture: Capture) -> Self:
        """Return reviews that cite the capture, or cited it in an older revision, directly or through their claim."""
        return self.filter(Q(pk__in=capture.reviews.values("pk")) | Q(claim__in=capture.claims.values("pk")))

    def behind(self) -> Self:
        """Return translations of an outdated revision: their original has a newer revision with new text."""
        newer = LogEntry.objects.filter(
            subject=OuterRef("translation_of"), number__gt=OuterRef("translation_of_revision"), kind__in=NEW_TEXTS
        )
        return self.kept().filter(Exists(newer), translation_of__isnull=False).exclude(state="withdrawn")


class Review(VersionedModel):
    """The draft of a review of a claim. The public sees published revisions only."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ERASED = "erased", _("erased")
        DISCARDED = "discarded", _("thrown away")

    class ChangeClass(models.TextChoices):
        TYPO = "typo", _("typing error: the meaning is unchanged")
        UPDATE = "update", _("update: new information is available")
        SUBSTANTIVE = "substantive", _("substantive: something was wrong")
        METADATA = "metadata", _("details: only dates, language or other details change")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key(db_index=False, help_text=_("The newsroom whose members work on the review."))
    publisher = models.ForeignKey(Publisher, models.PROTECT, verbose_name=_("publisher"), related_name="reviews")
    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="reviews")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    language = LanguageField(_("language"))
    add_columns(
        locals(),
        statements.Review,
        "id",
        "language",
        "license",
        summary=_("Give the verdict and the reason in one or two sentences."),
        body=_("You can use Markdown: **bold**, [text](URL), lists."),
    )
    claim_wording = ProseField(
        **field_options(statements.Wording, "text"),
        blank=True,
        help_text=_("The claim in one neutral sentence, as readers of this review read it."),
    )
    verdict = models.ForeignKey(
        Verdict, models.PROTECT, verbose_name=_("verdict"), null=True, blank=True, related_name="+"
    )
    verdict_explanation = ProseField(
        **field_options(statements.Verdict, "explanation"),
        blank=True,
        help_text=_("If empty, the rating scale’s explanation is shown."),
    )
    translation_of = models.ForeignKey(
        "self",
        models.PROTECT,
        **field_options(statements.Translated, "id"),
        null=True,
        blank=True,
        related_name="translations",
        db_index=False,
        help_text=_("The published review that you are translating, if this review is a translation."),
    )
    translation_of_revision = models.PositiveIntegerField(
        **field_options(statements.Translated, "revision"),
        null=True,
        blank=True,
        help_text=_("The revision that you are translating."),
    )
    add_columns(locals(), statements.Selection, prefix="selection_", note=_("Readers will see this."))

    date_note = ProseField(
        _("why unusual dates are right"),
        max_length=1000,
        blank=True,
        help_text=_("If the desk asks about a date and the date is right, say why. Only your newsroom sees this."),
    )

    # For imported reviews only: the publisher's page and rating.
    add_columns(locals(), statements.OriginalRating, prefix="original_")
    license_url = WebAddressField(_("publisher's licence"), blank=True)
    original_publisher = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="The values of the imported record that differ from the publisher's row.",
    )
    import_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    import_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of the record that was imported last."
    )

    # Used for an open correction. Both fields are published with the correction.
    change_class = models.CharField(_("kind of correction"), max_length=20, choices=ChangeClass, blank=True)
    change_note = ProseField(
        _("what changed and why"), max_length=2000, blank=True, help_text=_("Readers will see this.")
    )

    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, db_index=False)
    token = models.ForeignKey(
        ApiToken,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # tokens are never deleted
        help_text="The token of the program that created the review. The token's account stays an author.",
    )
    created_at = models.DateTimeField(_("started at"), auto_now_add=True)
    discarded_at = models.DateTimeField(null=True, editable=False, help_text="Set by the database (discarding.sql).")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-changed_at", "-id"]
        constraints = [
            # `unique=True` would add a second index for prefix searches, which aren't used.
            models.UniqueConstraint(fields=["import_key"], name="review_import_key"),
            models.CheckConstraint(
                condition=Q(publisher=F("newsroom"), original_url="", original_label="")
                | ~Q(publisher=F("newsroom"))
                & ~Q(original_url="")
                & (~Q(original_label="") | Q(verdict__isnull=False)),
                name="review_own_or_imported",
            ),
            is_known(
                "review", "state", ["draft", "submitted", "approved", "published", "withdrawn", "erased", "discarded"]
            ),
            models.CheckConstraint(
                condition=Q(discarded_at__isnull=True) | Q(state="discarded"), name="review_discarded_at_a_time"
            ),
            is_known("review", "change_class", ["", "typo", "update", "substantive", "metadata"]),
            models.CheckConstraint(
                condition=Q(translation_of__isnull=True, translation_of_revision__isnull=True)
                | Q(translation_of__isnull=False, translation_of_revision__gte=1) & ~Q(translation_of=F("id")),
                name="review_translates_a_revision",
                violation_error_message=_(
                    "Choose the review that you are translating and enter its revision number, or leave both"
                    " fields empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(selection_reason__in=statements.SelectionReason.values())
                | Q(selection_reason="", selection_note=""),
                name="review_selection_has_a_reason",
                violation_error_message=_(
                    "Choose a reason for checking this claim, or delete the sentence about the choice."
                ),
            ),
        ]
        # Four indexes begin with the newsroom, so the column doesn't need its own. `created_by` isn't searched alone.
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="review_changed"),
            models.Index(fields=["newsroom", "state", "-changed_at", "-id"], name="review_newsroom_state"),
            models.Index(fields=["newsroom", "-changed_at", "-id"], name="review_newsroom_changed"),
            models.Index(fields=["newsroom", "language", "-changed_at", "-id"], name="review_newsroom_language"),
            models.Index(fields=["newsroom", "verdict", "-changed_at", "-id"], name="review_newsroom_verdict"),
            models.Index(
                fields=["translation_of"], name="review_translations", condition=Q(translation_of__isnull=False)
            ),
            models.Index(fields=["discarded_at"], name="review_discarded", condition=Q(discarded_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.headline or str(self.claim)

    @property
    def is_imported(self) -> bool:
        return self.publisher_id != self.newsroom_id


class Authorship(models.Model):
    """An author of a review: an account, or a name from an imported page."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="authorships")
    user = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("account"), null=True, blank=True, related_name="authorships"
    )
    name = LineField(
        **field_options(statements.Author, "name"), blank=True, help_text=_("If empty, the account’s byline is shown.")
    )

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="authorship_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(name=""),
                name="authorship_of_somebody",
                violation_error_message=_("Choose an account or write a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.user)


class Source(StatementModel):
    """Evidence that a review cites, so that readers can check the evidence themselves."""

    Stance = statements.Stance

    review = models.ForeignKey(Review, models.CASCADE, related_name="sources")
    add_columns(
        locals(),
        statements.Source,
        quote=_("The relevant passage, quoted exactly from the source."),
        quote_translation=_("Only for a quote in another language. Readers see both."),
        primary=_(
            "Choose “Yes” for the evidence itself, such as a law, a recording or a data set. Choose “No” for a"
            " report about the evidence."
        ),
        no_capture_reason=NO_CAPTURE_HELP,
    )
    capture = capture_key(statements.Source, "sources")
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["position", "pk"]
        constraints = [
            is_known("source", "stance", ["", "supports", "refutes", "context"]),
            models.CheckConstraint(condition=~Q(title="") | ~Q(url=""), name="source_can_be_found"),
        ]

    def __str__(self) -> str:
        return str(self.title or self.url)

    def clean(self) -> None:
        if not self.title and not self.url:
            raise ValidationError({"title": _("Enter a title or a URL for the source.")})


class Reply(StatementModel):
    """Somebody whom the newsroom asked about the claim, with the answer. A private person is described, never named."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="replies")
    add_columns(
        locals(),
        statements.Reply,
        name=_("Name only a public figure or an organisation."),
        description=_("Describe a private person instead of naming them, for example “the shop’s owner”."),
        no_answer=_("Readers will see that none came."),
        answer=_("The whole answer, unchanged. Readers see it as a quotation."),
        answer_language=_("Only if the answer is in another language than the review."),
        answer_translation=_("Only for an answer in another language. Readers see both."),
    )
    is_public_figure = Claimant._meta.get_field("is_public_figure").clone()
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("right of reply")
        ordering = ["position", "pk"]
        constraints = [
            is_known("reply", "type", statements.ClaimantType.values()),
            is_known("reply", "channel", ["", *statements.ReplyChannel.values()]),
            models.CheckConstraint(
                condition=Q(type="unnamed", name="") & ~Q(description="") | ~Q(type="unnamed") & ~Q(name=""),
                name="reply_named_or_described",
                violation_error_message=_(
                    "Name a public figure or an organisation. Describe a private person, without a name."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(type="person") | Q(is_public_figure=True),
                name="reply_person_is_public_figure",
                violation_error_message=_("Describe a private person without a name, or tick “is a public figure”."),
            ),
            models.CheckConstraint(
                condition=Q(no_answer=False) | Q(answer="", answer_translation="", answered_on=None),
                name="reply_came_or_did_not",
                violation_error_message=_(
                    "An answer came, or none came. Delete the answer, or don’t state that none came."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(answer_until=None) | Q(answer_until__gte=F("asked_on")))
                & (Q(answered_on=None) | Q(answered_on__gte=F("asked_on"))),
                name="reply_after_the_question",
                violation_error_message=_("An answer and its deadline can’t be earlier than the day of asking."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name or self.description)
