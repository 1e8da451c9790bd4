"""Writing down who did what. The table takes rows and never gives them up."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from factcheck.editorial.models import Claim, Demand, EditorialEvent, Review, User


def record_event(by: User, action: str, subject: Review | Demand | Claim, **detail: Any) -> None:
    """One act on a review, demand or claim; `detail` is JSON."""
    EditorialEvent.objects.create(
        actor=by, action=action, newsroom_id=subject.newsroom_id, subject=str(subject.pk), detail=detail
    )


def record_events(by: User, acts: Iterable[tuple[str, Review, dict[str, Any]]]) -> None:
    """Many acts on reviews, in one statement: what was done, on which, and the details."""
    EditorialEvent.objects.bulk_create(
        EditorialEvent(actor=by, action=action, newsroom_id=review.newsroom_id, subject=str(review.pk), detail=detail)
        for action, review, detail in acts
    )


def acting(by: User) -> None:
    """Names the person to the triggers that write down changes of accounts, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.actor', %s, true)", [str(by.pk)])
