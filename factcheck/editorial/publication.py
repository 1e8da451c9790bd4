"""Approved statements into the record: the one place where the editors' side appends to the log of reviews."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from factcheck.editorial import documents, erasure
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_events
from factcheck.editorial.models import Approval, Review, User
from factcheck.record import log
from factcheck.record.errors import RecordError
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


def append_approved(approvals: Sequence[Approval], by: User, newsroom: int) -> list[LogEntry]:
    """Publishes what these approvals are of and ties each to its entry.

    The reviews are locked by the caller, and all of the newsroom with that id.
    """
    try:
        entries = log.publish(
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
    except RecordError as refusal:
        raise EditorialError(str(refusal)) from refusal
    reviews: dict[str, list[UUID]] = {}
    for approval, entry in zip(approvals, entries, strict=True):
        approval.entry = entry
        reviews.setdefault(approval.action, []).append(approval.review_id)
    # One statement however many there are; bulk_update would write a CASE with a branch for each.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE editorial_approval SET sequence = given.sequence"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, sequence) WHERE editorial_approval.id = given.id",
            [[approval.pk for approval in approvals], [entry.sequence for entry in entries]],
        )
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
