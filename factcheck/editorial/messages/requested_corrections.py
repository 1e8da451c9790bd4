"""Corrections that readers requested. A request refers to the revision that it led to. Nothing public refers to it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _

from factcheck.editorial.errors import WrongState
from factcheck.editorial.messages.reader_messages import State, decide, lock_open
from factcheck.editorial.models import ReaderMessage, Review, User
from factcheck.editorial.proposals import review_policy
from factcheck.record.models import LogEntry


@transaction.atomic
def open_requested_correction(
    *, message: ReaderMessage, by: User, newsroom: int, change_class: str, note: str, others: Sequence[UUID] = ()
) -> UUID:
    """Open a correction of the review, and take up the requests that led to it. Return the review's id.

    Raise EditorialError if the review can't be corrected now, or a request has been decided.
    """
    rows = lock_open(message, by, newsroom, State.WAITING, State.TAKEN_UP, others=others)
    if (review := rows[0].review) is None:
        raise WrongState(_("This message isn’t about a review."))
    review_policy.open_correction(review=review, by=by, change_class=change_class, note=note)
    last = LogEntry.objects.filter(subject=review.pk).order_by("-number")[0]
    for row in rows:
        row.corrects_revision = last.number
    decide(rows, by, State.TAKEN_UP)
    return review.pk


def find_correction(message: ReaderMessage) -> LogEntry | None:
    """Return the log entry of the correction that this request led to, or None if there is none yet."""
    if message.corrects_revision is None:
        return None
    later = LogEntry.objects.filter(subject=message.review_id, number__gt=message.corrects_revision)
    return later.filter(kind__in=[LogEntry.Kind.CORRECTION, LogEntry.Kind.UPDATE]).order_by("number").first()


def open_requests(review: Review) -> QuerySet[ReaderMessage]:
    """Return the requests because of which the review's correction is open, oldest first."""
    last = LogEntry.objects.filter(subject=review.pk).order_by("-number").values("number")[:1]
    return ReaderMessage.objects.filter(review=review, corrects_revision=Subquery(last)).order_by("received_at")
