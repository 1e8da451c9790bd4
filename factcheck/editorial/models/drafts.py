"""The versions of rows that people edit, saved states of drafts, people who have a draft open, and words of drafts."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from factcheck.record.matching.models import DIMENSIONS
from factcheck.record.readmodel.models import SHELF_BITS


def is_known(model: str, column: str, values: list[str]) -> models.CheckConstraint:
    """Return the constraint that the column has one of these values."""
    return models.CheckConstraint(condition=models.Q(**{f"{column}__in": values}), name=f"{model}_{column}_known")


class StatementModel(models.Model):
    """A row whose columns are generated from a statement (`fields.add_columns`).

    Generated columns are invisible to mypy, so this class declares that any attribute can exist.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    class Meta:
        abstract = True


class VersionedModel(StatementModel):
    """A draft that several people edit, with the time of the last edit and a version number.

    The database raises the number at each edit (sql/versions.sql). The number prevents one person's edit from
    overwriting another person's edit.
    """

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        abstract = True


class SavedState(models.Model):
    """The content of a draft at the end of a sitting. The database rejects any change of a row (sql/saved_states.sql).

    `draft` is the id of a review, a claim or a demand. A state of the kind TYPED was never the draft's content: a
    person typed it while somebody else saved the same draft.
    """

    class Kind(models.TextChoices):
        SAVED = "saved", _("saved")
        OPENED = "opened", _("before the correction")
        RESTORED = "restored", _("restored")
        DISCARDED = "discarded", _("thrown away")
        TYPED = "typed", _("typed at the same time")
        FORGOTTEN = "forgotten", _("after a passage was forgotten")

    draft = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SAVED)
    saved_by = models.ForeignKey("User", models.PROTECT, related_name="+", db_index=False)
    saved_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(
        help_text="The draft's version that has this content, or that was typed over."
    )
    page = models.UUIDField(null=True, help_text="The opened page that sent the text. A repeated request has the same.")
    was_opened = models.BooleanField(default=False, db_default=False, help_text="A page was opened with this state.")
    content = models.JSONField()

    class Meta:
        verbose_name = _("saved state")
        verbose_name_plural = _("saved states")
        ordering = ["-pk"]
        constraints = [
            is_known("savedstate", "kind", ["saved", "opened", "restored", "discarded", "typed", "forgotten"])
        ]
        indexes = [
            models.Index(fields=["draft", "-id"], name="savedstate_draft"),
            models.Index(fields=["page"], name="savedstate_page"),
        ]

    def __str__(self) -> str:
        return f"{self.draft} {self.saved_at:%Y-%m-%d %H:%M:%S}"


class OpenDraft(models.Model):
    """A person who has a draft open for editing. The row is deleted one minute after the page is closed."""

    draft = models.UUIDField()
    user = models.ForeignKey("User", models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("open draft")
        verbose_name_plural = _("open drafts")
        constraints = [models.UniqueConstraint(fields=["draft", "user"], name="opendraft_once")]
        indexes = [models.Index(fields=["seen_at"], name="opendraft_seen")]

    def __str__(self) -> str:
        return f"{self.user} {self.draft}"


class SearchRow(models.Model):
    """The words of a claim, review, claimant, copy or demand, and the meaning of a claim or review.

    The id is the id of this row. Triggers add, empty and delete the rows of the table (`sql/search_rows.sql`), and
    `search.draft_rows` computes the words before the next search. Readers' connections can't read this table.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    newsroom = models.ForeignKey("Publisher", models.CASCADE, related_name="+", db_index=False)
    # The rows that changed last have the highest numbers.
    sequence = models.BigIntegerField(
        unique=True, db_default=Func(Value("editorial_searchrow_sequence"), function="nextval")
    )
    search = SearchVectorField(null=True)
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True, help_text="Computed on this machine alone.")

    class Meta:
        indexes = [
            GinIndex("newsroom", "kind", F("sequence").bitrightshift(SHELF_BITS), "search", name="searchrow_words"),
            models.Index(fields=["newsroom", "-sequence"], name="searchrow_waiting", condition=Q(search=None)),
            models.Index(
                "newsroom", "kind", F("sequence").desc(), name="searchrow_meaning", condition=~Q(embedding=None)
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.kind} {self.id}"
