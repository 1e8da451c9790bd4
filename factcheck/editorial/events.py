"""Writes to the audit log. Rows of the audit log are never deleted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from factcheck.database.bulk_writes import insert
from factcheck.editorial.models import (
    ApiToken,
    Claim,
    Claimant,
    Demand,
    EditorialEvent,
    ImportBatch,
    ReaderMessage,
    Review,
    User,
    VerdictMapping,
)

Subject = Review | Demand | Claim | Claimant | ApiToken | ReaderMessage | ImportBatch | VerdictMapping | User
# Models with integer keys, which aren't unique across tables. All other models have UUIDs.
_NUMBERED: dict[type[Subject], str] = {ImportBatch: "import", VerdictMapping: "mapping", User: "user"}


def record_event(by: User, action: str, subject: Subject, **detail: Any) -> None:
    """Records one action on a subject. `detail` must be JSON-serializable."""
    kind = _NUMBERED.get(type(subject))
    EditorialEvent.objects.create(
        actor=by,
        action=action,
        newsroom_id=getattr(subject, "newsroom_id", None),
        subject=f"{kind}:{subject.pk}" if kind else str(subject.pk),
        detail=detail,
    )


def record_events(by: User, newsroom: int, acts: Iterable[tuple[str, UUID, dict[str, Any]]]) -> None:
    """Records many actions in a newsroom in one statement. Each action has a name, a subject and details."""
    now = timezone.now()
    events = (
        EditorialEvent(at=now, actor_id=by.pk, action=action, newsroom_id=newsroom, subject=str(subject), detail=detail)
        for action, subject, detail in acts
    )
    insert(EditorialEvent, events)


def set_actor(by: User) -> None:
    """Tells the triggers that record account changes who the person is, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.actor', %s, true)", [str(by.pk)])
