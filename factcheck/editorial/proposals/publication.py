"""Publication of approved statements. No other module of this package appends to the log."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import translate_record_errors
from factcheck.editorial.events import Act, record_events
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.proposals.freeze_policy import require_not_frozen
from factcheck.editorial.proposals.policy import Policy, S
from factcheck.editorial.signatures import signing
from factcheck.record import publish
from factcheck.record.approvals.assertions import Opening
from factcheck.record.log import entries as log
from factcheck.record.models import LogEntry


class LoggedPolicy(Policy[S]):
    """The rules for a statement that enters the log as soon as it is approved."""

    explanations: ClassVar = {
        "return": _("Nothing changes. The person who proposed this will see your message."),
        "take-back": _("You proposed this. If you take it back, nothing changes."),
    }

    def after_approval(self, proposal: Proposal, by: User) -> None:
        append_approved(self, [proposal], by)


# One statement marks all rows of an import, and `bulk_update` would need several. A review of an import receives the
# decision on the import.
_MARK_PUBLISHED = """
UPDATE editorial_proposal AS mine SET sequence = given.sequence, decision = 'approved',
    decided_by_id = coalesce(mine.decided_by_id, whole.decided_by_id),
    decided_at = coalesce(mine.decided_at, whole.decided_at)
FROM unnest(%s::bigint[], %s::bigint[]) AS given (id, sequence)
LEFT JOIN editorial_proposal whole ON whole.batch_id = %s AND whole.kind = 'import' AND whole.decision = 'approved'
WHERE mine.id = given.id
"""


def append_approved(
    policy: Policy[Any], proposals: Sequence[Proposal], by: User, openings: Sequence[Opening | None] = ()
) -> list[LogEntry]:
    """Publish the statements of these approved proposals of one newsroom and one kind, and return their log entries.

    Each proposal is linked to its log entry. The subjects must be locked. Reviews must all belong to the same import or
    to no import. Without `openings`, each proposal has its own signatures. Raise EditorialError if the newsroom has
    frozen its publishing or the record refuses a statement.
    """
    openings = openings or [signing.opening_of(proposal) for proposal in proposals]
    if not policy.despite_freeze:
        newsrooms = [proposals[0].newsroom_id, proposals[0].deciding_id]
        require_not_frozen(newsrooms, [proposal.review_id for proposal in proposals])
    with translate_record_errors():
        entries = publish.publish(
            [
                log.Publication(
                    subject=UUID(statement["id"]),
                    statement=statement,
                    kind=policy.log_kind(proposal),
                    change_class=proposal.change_class or None,
                    note=proposal.note or None,
                    salt=bytes(proposal.salt) or None,
                    opening=opening,
                )
                for proposal, opening in zip(proposals, openings, strict=True)
                for statement in [proposal.content]
            ]
        )
    sequences = [entry.sequence for entry in entries]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_PUBLISHED, [[proposal.pk for proposal in proposals], sequences, proposals[0].batch_id])
    for proposal, entry in zip(proposals, entries, strict=True):
        proposal.entry = entry
    newsroom = proposals[0].newsroom_id
    assert newsroom is not None
    acts: list[Act] = [
        (str(entry.kind), entry.subject, {"sequence": entry.sequence, **policy.event_detail(proposal)})
        for proposal, entry in zip(proposals, entries, strict=True)
    ]
    record_events(by, newsroom, acts)
    policy.after_publication(proposals, by)
    return entries
