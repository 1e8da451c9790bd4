"""Captures: copies of the pages and files that reviews cite, kept as evidence."""

import uuid
from pathlib import PurePosixPath

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import LanguageField, LineField, ProseField, WebAddressField, field_options
from factcheck.editorial.models.people import Publisher, User
from factcheck.record.statements import captures as statements

MAX_CAPTURED_TEXT = 1_000_000  # characters


def capture_path(capture: "Capture", name: str) -> str:
    """The path in the storage. Only the ending comes from the name."""
    ending = ".warc.gz" if name.endswith(".warc.gz") else PurePosixPath(name).suffix
    return f"captures/{capture.pk}{ending}"


class Capture(models.Model):
    """A copy of a source or an appearance. The columns of a capture that is done never change, except for its rights.

    The file is hostile: it can contain any script. Only `factcheck.editorial.captures` hands it out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Origin(models.TextChoices):
        WORKER = "worker", _("made by this site")
        EDITOR = "editor", _("uploaded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    newsroom = models.ForeignKey(
        Publisher, models.PROTECT, verbose_name=_("newsroom"), related_name="+", db_index=False
    )
    url = WebAddressField(_("URL"), blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    origin = models.CharField(_("origin"), max_length=6, choices=Origin, default=Origin.WORKER)
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
    failure = models.CharField(_("failure"), max_length=40, blank=True)
    timestamp_token = models.BinaryField(
        null=True, blank=True, editable=False, help_text="The time stamp of the SHA-256 by RFC 3161, in DER."
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Readers may see this copy. Choose this only if the newsroom has the rights."),
    )

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "failed"]), name="capture_state_known"),
            models.CheckConstraint(condition=Q(origin__in=["worker", "editor"]), name="capture_origin_known"),
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
        return self.title or self.final_url or self.url
