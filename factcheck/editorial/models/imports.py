"""Import runs with their files and counts of records, and the worker's queue of jobs."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.editorial.fields import LineField
from factcheck.editorial.models.people import User, newsroom_key


class Job(ProcrastinateJob):
    """A read-only row from procrastinate's job table."""

    class Meta:
        proxy = True
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.args.get('command') or self.task_name} ({self.pk})"


class ImportBatch(models.Model):
    """One import run. When the run ends, one proposal is created that covers all imported reviews by their digests.

    An upload at the desk has a `sheet`, until its import is decided on. The sheet has what the clean room read (`rows`,
    or `text` of JSON), and `columns` with the field of each column. `outcomes` has an object for each row,
    with `line`, `outcome`, `reasons` and the id of a claim to check. `step` is columns, checking, checked, importing,
    done or undoing.
    """

    newsroom = newsroom_key()
    files = LineField(_("files"), max_length=2000)
    files_digest = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="SHA-256 of the names and contents of the files. It identifies an interrupted import.",
    )
    new = models.PositiveIntegerField(_("new"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    changed = models.PositiveIntegerField(pgettext_lazy("records of an import", "changed"), default=0)
    refused = models.PositiveIntegerField(pgettext_lazy("records of an import", "refused"), default=0)
    imported_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("imported by"), related_name="+")
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)
    sheet: Any = models.JSONField(null=True, editable=False)
    outcomes: Any = models.JSONField(default=list, db_default=[], editable=False)
    step = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["newsroom", "imported_by", "files_digest"],
                condition=~Q(files_digest=""),
                name="importbatch_begun_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.files} ({date_format(self.imported_at)})" if self.pk else self.files

    @property
    def proposal(self) -> Any:
        """The proposal for the whole import, or None while the import is running."""
        return self.proposals.filter(kind="import").select_related("decided_by").first()

    @property
    def members(self) -> Any:
        """The proposals for the single reviews of the import."""
        return self.proposals.filter(kind="review")
