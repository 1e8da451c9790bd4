"""Writing down who did what. The table takes rows and never gives them up."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from factcheck.editorial.models import ApiToken, Claim, Demand, EditorialEvent, ReaderMessage, Review, User
from factcheck.record.rows import insert


def record_event(
    by: User, action: str, subject: Review | Demand | Claim | ApiToken | ReaderMessage, **detail: Any
) -> None:
    """One act on something of a newsroom; `detail` is JSON."""
    EditorialEvent.objects.create(
        actor=by, action=action, newsroom_id=subject.newsroom_id, subject=str(subject.pk), detail=detail
    )


def record_events(by: User, newsroom: int, acts: Iterable[tuple[str, UUID, dict[str, Any]]]) -> None:
    """Many acts in the newsroom with that id, in one statement: what was done, of what, and the details."""
    now = timezone.now()
    events = (
        EditorialEvent(at=now, actor_id=by.pk, action=action, newsroom_id=newsroom, subject=str(subject), detail=detail)
        for action, subject, detail in acts
    )
    insert(EditorialEvent, events)


def acting(by: User) -> None:
    """Names the person to the triggers that write down changes of accounts, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.actor', %s, true)", [str(by.pk)])
