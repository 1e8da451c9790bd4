"""Approved statements into the record: the one place where the editors' side appends to the log of reviews."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from factcheck.editorial import documents, erasure
from factcheck.editorial.errors import asking_the_record
from factcheck.editorial.events import record_events
from factcheck.editorial.models import Approval, Review, User
from factcheck.record import log, publish
from factcheck.record.models import LogEntry

Action = Approval.Action
State = Review.State

_STATE_AFTER = {
    Action.PUBLICATION: State.PUBLISHED,
    Action.WITHDRAWAL: State.WITHDRAWN,
    Action.REINSTATEMENT: State.PUBLISHED,
    Action.ERASURE: State.ERASED,  # erasure.forget makes a draft of what is redacted
}
_KINDS = {
    Action.WITHDRAWAL: LogEntry.Kind.WITHDRAWAL,
    Action.REINSTATEMENT: LogEntry.Kind.REINSTATEMENT,
    Action.ERASURE: LogEntry.Kind.ERASURE,
}

# One statement however many there are; bulk_update would write a CASE with a branch for each. What was decided on with
# its import learns of that now.
_PUBLISHED = """
UPDATE editorial_approval AS mine SET sequence = given.sequence, decision = 'approved',
    decided_by_id = coalesce(mine.decided_by_id, batch.decided_by_id),
    decided_at = coalesce(mine.decided_at, batch.decided_at)
FROM unnest(%s::bigint[], %s::bigint[]) AS given (id, sequence)
LEFT JOIN editorial_importbatch batch ON batch.id = %s AND batch.decision = 'approved'
WHERE mine.id = given.id
"""


def append_approved(approvals: Sequence[Approval], by: User, newsroom: int) -> list[LogEntry]:
    """Publishes what these approvals are of and ties each to its entry.

    The reviews are locked by the caller, and all of the newsroom with that id; the approvals of one import or of none.
    """
    with asking_the_record():
        entries = publish.publish(
            [
                log.Publication(
                    subject=approval.review_id,
                    statement=documents.statement_of(approval.statement.encode()),
                    kind=_KINDS.get(Action(approval.action)),
                    change_class=approval.change_class or None,
                    note=approval.note or None,
                )
                for approval in approvals
            ]
        )
    reviews: dict[str, list[UUID]] = {}
    for approval, entry in zip(approvals, entries, strict=True):
        approval.entry = entry
        reviews.setdefault(approval.action, []).append(approval.review_id)
    with connection.cursor() as cursor:
        sequences = [entry.sequence for entry in entries]
        cursor.execute(_PUBLISHED, [[approval.pk for approval in approvals], sequences, approvals[0].batch_id])
    for action, some in reviews.items():
        after: dict[str, str] = {"state": _STATE_AFTER[Action(action)]}
        if action == Action.PUBLICATION:
            after |= {"change_class": "", "change_note": ""}
        Review.objects.filter(pk__among=some).update(**after)
    record_events(by, newsroom, [(entry.kind, entry.subject, {"sequence": entry.sequence}) for entry in entries])
    for approval in approvals:
        if approval.action == Action.ERASURE:
            erasure.forget(Review.objects.get(pk=approval.review_id), approval)
    return entries
