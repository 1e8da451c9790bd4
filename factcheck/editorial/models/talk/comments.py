"""Comments of a newsroom on claims, reviews, sources and readers' messages."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.encryption import EncryptedProseField
from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.people import Publisher, User
from factcheck.editorial.models.reader_messages import ReaderMessage
from factcheck.editorial.models.reviews import Review, Source

MAX_TEXT = 2000  # characters
# The column that refers to a subject of this kind.
SUBJECTS: dict[Any, str] = {Claim: "claim", Review: "review", Source: "source", ReaderMessage: "message"}


class CommentQuerySet(models.QuerySet["Comment"]):
    def on_drafts(self, drafts: Iterable[UUID]) -> Self:
        """Return the comments on these claims and reviews, and on the sources of these reviews."""
        return self.filter(Q(claim__in=drafts) | Q(review__in=drafts) | Q(source__review__in=drafts))


class Comment(models.Model):
    """A comment, or an answer in the thread of an earlier comment on the same subject. The text is encrypted."""

    newsroom = models.ForeignKey(Publisher, models.PROTECT, related_name="+")
    # The deletion of a subject deletes its comments in the database (`sql/comments.sql`). A constraint would be checked
    # before that, and a saved state that is restored deletes the sources and makes them again.
    claim = models.ForeignKey(Claim, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    review = models.ForeignKey(Review, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    source = models.ForeignKey(Source, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    message = models.ForeignKey(ReaderMessage, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    thread = models.ForeignKey("self", models.CASCADE, null=True, related_name="answers")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = EncryptedProseField(_("comment"), max_length=MAX_TEXT)
    mentioned = ArrayField(models.BigIntegerField(), default=list, blank=True)  # the accounts that the text names
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Exact(
                    Func(*SUBJECTS.values(), function="num_nonnulls", output_field=models.IntegerField()), 1
                ),
                name="comment_of_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & (Q(thread=None) | Q(resolved_by=None)), name="comment_or_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author}, {self.at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> Any:
        """The row that the comment is about."""
        return next(row for name in SUBJECTS.values() if (row := getattr(self, name)) is not None)

    @property
    def page(self) -> Any:
        """The row on whose page the comment is shown. Sources have no page of their own."""
        return self.source.review if self.source else self.subject
