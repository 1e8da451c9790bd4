"""Evidence: captures of the pages and files that reviews cite, uploaded pictures and videos, and watched sources."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import LanguageField, LineField, ProseField, WebAddressField, field_options
from factcheck.editorial.models.people import User, newsroom_key
from factcheck.record.evidence.source_checks import SourceState
from factcheck.record.files.picture_files import EXTENSIONS, storage_name
from factcheck.record.statements import capture as statements
from factcheck.record.statements.parts import Part

MAX_CAPTURED_TEXT = 1_000_000  # characters
MAX_SHOWN = 90  # characters of a title or URL in lists
CAPTURES_FOLDER = "captures"  # in the storage


def capture_path(capture: "Capture", name: str) -> str:
    """Return the path of the capture's file in the storage.

    Only the ending comes from the name. The name is never one that a person chose, because a chosen name could lead
    outside the folder.
    """
    return f"{CAPTURES_FOLDER}/{capture.pk}.{name.partition('.')[2]}"


class CaptureQuerySet(models.QuerySet["Capture"]):
    def used_by(self, review: models.Model, claims: Iterable[uuid.UUID]) -> Self:
        """Return the captures that the review or these claims use, or used in an older revision."""
        return self.filter(Q(reviews=review) | Q(claims__in=claims)).distinct()


class Capture(models.Model):
    """A copy of a source or of an appearance of a claim.

    When a capture is done, its columns never change, except for its rights. The file is hostile, because it can contain
    any script. Only `factcheck.editorial.captures` hands the file out.
    """

    Origin = statements.CopyOrigin

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Failure(models.TextChoices):
        """The reasons why the worker couldn't make a capture, each with a sentence for people."""

        INVALID_URL = "invalid_url", _("The URL can’t be opened. Check the URL for typing errors.")
        NOT_PUBLIC = (
            "not_public",
            _("The URL leads to a private network, or to another port than 80 and 443. Upload your own copy."),
        )
        UNKNOWN_HOST = "unknown_host", _("The site wasn’t found. Check the URL, or write why there is no copy.")
        TIMEOUT = (
            "timeout",
            _("The site took too long to respond. Upload your own copy, or write why there is no copy."),
        )
        UNREACHABLE = "unreachable", _("The site didn’t respond. Upload your own copy, or write why there is no copy.")
        INSECURE = "insecure", _("The site’s certificate isn’t valid. Upload your own copy.")
        TOO_LARGE = "too_large", _("The page is too large. Upload your own copy.")
        TOO_MANY_REDIRECTS = "too_many_redirects", _("The page redirects in a circle. Upload your own copy.")
        GARBLED = "garbled", _("The site’s response can’t be read. Upload your own copy.")
        REFUSED = "refused", _("The site refused the request. Upload your own copy.")
        GONE = "gone", _("The page doesn’t exist. Check the URL, or write why there is no copy.")
        SERVER_ERROR = "server_error", _("The site has an error. Try again later, or upload your own copy.")
        OTHER_STATUS = "other_status", _("The site didn’t send the page. Check the URL, or upload your own copy.")
        FULL = "full", _("Your account or newsroom has no room for more files. Ask the operator of this site for more.")
        INTERNAL = "internal", _("The page can’t be stored. Try again later, or tell the operator of this site.")
        FORGOTTEN = (
            "forgotten",
            _("The copy was deleted, because it contained text that must not be stored. Write why there is no copy."),
        )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = newsroom_key(db_index=False)
    url = WebAddressField(_("URL"), blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    origin = models.CharField(**field_options(statements.Capture, "origin"), max_length=7, default="worker")
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("requested by"), related_name="+")
    requested_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    captured_at = models.DateTimeField(**field_options(statements.Capture, "captured_at"), null=True, blank=True)
    final_url = WebAddressField(**field_options(statements.Capture, "final_url"), blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    media_type = LineField(**field_options(statements.Capture, "media_type"), blank=True)
    size = models.PositiveBigIntegerField(**field_options(statements.Capture, "size"), null=True, blank=True)
    sha256 = models.CharField(**field_options(statements.Capture, "sha256"), max_length=64, blank=True)
    file = models.FileField(_("file"), upload_to=capture_path, max_length=100, blank=True)
    title = LineField(_("title"), max_length=1000, blank=True)
    publisher_name = LineField(_("publisher"), max_length=500, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    text = ProseField(_("readable text"), max_length=MAX_CAPTURED_TEXT, blank=True)
    language = LanguageField(_("language"), blank=True)
    failure = models.CharField(_("failure"), max_length=40, choices=Failure, blank=True)
    timestamp_token = models.BinaryField(
        null=True, blank=True, editable=False, help_text="The time stamp of the SHA-256 by RFC 3161, in DER."
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Readers may see this copy. Choose this only if the newsroom has the rights."),
    )
    alt = LineField(_("picture in words"), max_length=1000, blank=True, help_text=_("For readers who can’t see it."))

    # Triggers add these rows and nothing removes them, so the evidence of older revisions is kept until an erasure.
    reviews = models.ManyToManyField("editorial.Review", related_name="+", editable=False)
    claims = models.ManyToManyField("editorial.Claim", related_name="+", editable=False)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "failed"]), name="capture_state_known"),
            models.CheckConstraint(
                condition=Q(origin__in=["worker", "editor", "browser"]), name="capture_origin_known"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^([0-9a-f]{64})?$"), name="capture_sha256_hex"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(captured_at__isnull=False, size__isnull=False) & ~Q(sha256="") & ~Q(media_type="") & ~Q(file=""),
                name="capture_done_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="capture_failure_explained",
            ),
        ]
        indexes = [
            models.Index(fields=["newsroom", "-requested_at", "-id"], name="capture_newsroom"),
            models.Index(fields=["sha256"], condition=~Q(sha256=""), name="capture_sha256"),
        ]

    def __str__(self) -> str:
        return Truncator(self.title or self.final_url or self.url).chars(MAX_SHOWN)

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def file_name(self) -> str:
        """The name under which browsers save the downloaded file."""
        return PurePosixPath(self.file.name or "").name


def capture_key(part: type[Part], rows: str) -> models.ForeignKey[Capture | None, Capture | None]:
    """Return the column for the copy of the page that a source or an appearance cites."""
    options = {**field_options(part, "capture"), "null": True, "blank": True, "editable": False}
    return models.ForeignKey(Capture, models.PROTECT, **options, related_name=rows)


class Picture(models.Model):
    """A picture in a review's body, or a picture or video that a claim is about.

    A picture for readers has been encoded again without metadata. A file that a claim is about is stored unchanged. A
    file's name is its SHA-256 (`factcheck.editorial.pictures`), so several rows can have the same file. The alternative
    text of a picture is in the review's body.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(
        "editorial.Review", models.CASCADE, null=True, related_name="pictures", verbose_name=_("review")
    )
    claim = models.ForeignKey(
        "editorial.Claim", models.CASCADE, null=True, related_name="pictures", verbose_name=_("claim")
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64, help_text="The hash of the stored file.")
    media_type = models.CharField(_("type"), max_length=20, help_text="Found from the bytes.")
    size = models.PositiveBigIntegerField(_("size"), help_text="In bytes.")
    width = models.PositiveIntegerField(_("width"), null=True, help_text="Null for a video, which isn't decoded.")
    height = models.PositiveIntegerField(_("height"), null=True)
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review__isnull=False, claim__isnull=True) | Q(review__isnull=True, claim__isnull=False),
                name="picture_of_one_subject",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="picture_sha256_hex"),
            models.UniqueConstraint(fields=["review", "sha256"], name="picture_review_once"),
            models.UniqueConstraint(fields=["claim", "sha256"], name="picture_claim_once"),
        ]
        indexes = [models.Index(fields=["sha256"], name="uploaded_picture_sha256")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name of the file in the storage."""
        return storage_name(self.sha256, self.media_type)

    @property
    def desk_url(self) -> str:
        """The URL of the file at the desk, for the members of the newsroom."""
        return reverse("admin:editorial_picture", args=[self.sha256, EXTENSIONS[self.media_type]])


WEEK = timedelta(days=7)


class WatchedSourceQuerySet(models.QuerySet["WatchedSource"]):
    def to_check_again(self, newsrooms: list[int]) -> "WatchedSourceQuerySet":
        """Return the sources with a problem that these newsrooms should look at, oldest problem first."""
        problems = self.exclude(state=SourceState.UNCHANGED).filter(accepted_at=None)
        return problems.filter(review__newsroom__in=newsrooms).order_by("since", "pk")


class WatchedSource(models.Model):
    """A source of a published review, with the results of its checks and the time of the next check.

    A problem counts only after two checks on different days have found the problem. Until then, `suspected` holds the
    state that the first check found.
    """

    review = models.ForeignKey(
        "editorial.Review", models.CASCADE, related_name="watched_sources", verbose_name=_("review")
    )
    url = models.TextField(_("URL"))
    sequence = models.BigIntegerField(help_text="The log entry whose sources were read last.")
    state = models.CharField(_("state"), max_length=20, choices=SourceState, default=SourceState.UNCHANGED)
    since = models.DateTimeField(_("since"), default=timezone.now)
    suspected = models.CharField(max_length=20, choices=SourceState, blank=True)
    suspected_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    next_at = models.DateTimeField(default=timezone.now)
    had_quote = models.BooleanField(default=False, help_text="Whether the copy or a check has contained the quote.")
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("accepted by")
    )

    objects = WatchedSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source to check again")
        verbose_name_plural = _("sources to check again")
        constraints = [
            models.UniqueConstraint(fields=["review", "url"], name="watchedsource_once"),
            models.CheckConstraint(condition=Q(state__in=SourceState.values), name="watchedsource_state_known"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False) & ~Q(state="unchanged"),
                name="watchedsource_problem_accepted",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="watchedsource_next"),
            models.Index(
                fields=["review", "since"],
                condition=~Q(state="unchanged") & Q(accepted_at__isnull=True),
                name="watchedsource_problems",
            ),
        ]

    def __str__(self) -> str:
        return self.url
