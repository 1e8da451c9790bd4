"""The verbs of the register: how a demand to change or remove a review becomes public, by two people.

As `workflow` for reviews: each verb takes `by`, checks that person's membership, locks the demand, runs in
one transaction, and raises an EditorialError whose text says what to do.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import documents, roles
from factcheck.editorial.checking import require_valid
from factcheck.editorial.errors import EditorialError, NotAllowed, asking_the_record
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Demand, DemandApproval, User
from factcheck.editorial.models.approvals import Decision
from factcheck.record import log
from factcheck.record.canonical import canonical, sha256_hex
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.statements import demand as statements
from factcheck.record.statements.checks import same

State = Demand.State


def statement(demand: Demand) -> dict[str, Any]:
    """What the register says of the demand. Keys and types are those of docs/api.md, "Demand"."""
    return {
        "id": str(demand.pk),
        "language": demand.language,
        "from": {
            "type": demand.from_type,
            "name": demand.from_name or None,
            "description": demand.from_description or None,
        },
        "received_on": demand.received_on.isoformat(),
        "legal_basis": demand.legal_basis or None,
        "asked": demand.asked or None,
        "review": {"id": str(demand.review_id)} if demand.review_id else None,
        "done": demand.done or None,
        "done_on": demand.done_on.isoformat() if demand.done_on else None,
        "outcome": demand.outcome,
        "withheld": demand.withheld_reason or None,
        "delayed_until": demand.publish_after.isoformat() if demand.publish_after else None,
        "publisher": documents.publisher(demand.newsroom),
        "license": settings.LICENSE_URL,
    }


def missing(demand: Demand) -> list[str | Promise]:
    """What stands between the draft and its submission, each as a sentence for the editor."""
    reasons: list[str | Promise] = []
    if demand.review and demand.review.newsroom_id != demand.newsroom_id:
        reasons.append(_("The review is another newsroom’s: choose one of yours, or leave it out."))
    elif demand.review_id and not LogEntry.objects.filter(subject=demand.review_id).exists():
        reasons.append(_("The review has not been published, so readers cannot be sent to it: leave it out."))
    if (published := last_statement(demand)) is not None:
        if not demand.change_note:
            reasons.append(_("Say what changed; readers will see it."))
        if same(statement(demand), published, statements.Demand):
            reasons.append(
                _(
                    "Nothing has changed since the published revision. Change the draft, or leave it: readers"
                    " keep what is published."
                )
            )
    return reasons


@transaction.atomic
def submit_demand(*, demand: Demand, by: User) -> DemandApproval:
    """Puts the entry before a second person: builds the statement and fixes its digest."""
    demand = _locked(demand)
    roles.require_member(by, demand.newsroom_id)
    if demand.state != State.DRAFT:
        raise EditorialError(_("Only a draft can be submitted; this demand is: %s.") % demand.get_state_display())
    if reasons := missing(demand):
        raise EditorialError(*reasons)
    require_valid(said := statement(demand), statements.Demand)
    data = canonical(said)
    approval = DemandApproval.objects.create(
        demand=demand,
        statement=data.decode(),
        digest=sha256_hex(data),
        note=demand.change_note,
        submitted_by=by,
    )
    _turn(demand, State.SUBMITTED)
    record_event(by, "demand.submitted", demand, digest=approval.digest)
    return approval


@transaction.atomic
def return_demand(*, demand: Demand, by: User, reason: str = "") -> DemandApproval:
    """Gives the entry back, with a reason; whoever submitted it can take it back without one."""
    demand = _locked(demand)
    approval = _open_approval(demand)
    asked = _("Write what is to be changed, so that your colleague can go on.")
    roles.require_returner(by, approval.submitted_by_id, demand.newsroom_id, reason, asked)
    approval.decide(Decision.RETURNED, by, reason)
    _turn(demand, State.DRAFT)
    record_event(by, "demand.returned", demand)  # without the reason, which stands with the approval
    return approval


@transaction.atomic
def approve_demand(*, demand: Demand, by: User, digest: str) -> DemandApproval:
    """Approves what was on the screen, named by its digest."""
    demand = _locked(demand)
    roles.require_decider(by, demand.newsroom_id)
    approval = _open_approval(demand)
    if approval.decision:
        raise EditorialError(_("This is approved already."))
    if by.pk == approval.submitted_by_id:
        raise NotAllowed(_("You submitted this yourself; somebody else has to decide."))
    if digest != approval.digest:
        raise EditorialError(_("The demand was submitted anew while you read it. Read it again before you decide."))
    _require_unchanged(demand, approval)
    approval.decide(Decision.APPROVED, by)
    _turn(demand, State.APPROVED)
    record_event(by, "demand.approved", demand, digest=approval.digest)
    return approval


@transaction.atomic
def publish_demand(*, demand: Demand, by: User) -> LogEntry:
    """Makes the approved statement public in the register and the log; refused before the day it must wait for."""
    demand = _locked(demand)
    roles.require_decider(by, demand.newsroom_id)
    if demand.state != State.APPROVED:
        raise EditorialError(
            _("Only an approved demand can be published; this one is: %s.") % demand.get_state_display()
        )
    if demand.publish_after and demand.publish_after > today():
        raise EditorialError(_("This entry may not be public before %s.") % date_format(demand.publish_after))
    approval = _open_approval(demand)
    _require_unchanged(demand, approval)
    kind = LogEntry.Kind.DEMAND_UPDATED if last_statement(demand) else LogEntry.Kind.DEMAND_PUBLISHED
    said = documents.statement_of(approval.statement.encode())
    with asking_the_record():
        (entry,) = log.publish([log.Publication(UUID(str(demand.pk)), said, kind, note=approval.note or None)])
    approval.entry = entry
    approval.save(update_fields=["entry"])
    demand.change_note = ""
    _turn(demand, State.PUBLISHED)
    record_event(by, entry.kind, demand, sequence=entry.sequence)
    return entry


@transaction.atomic
def reopen_demand(*, demand: Demand, by: User, note: str) -> None:
    """Reopens the draft, to say what came of the demand or to correct it; the public keeps the last revision."""
    demand = _locked(demand)
    roles.require_member(by, demand.newsroom_id)
    if demand.state != State.PUBLISHED:
        raise EditorialError(_("Only a published demand can be updated; this one is: %s.") % demand.get_state_display())
    if not note.strip():
        raise EditorialError(_("Say what changed; readers will see it."))
    demand.change_note = note
    _turn(demand, State.DRAFT)
    record_event(by, "demand.reopened", demand, note=note)


def due_demands() -> Iterator[tuple[Demand, User]]:
    """Approved entries whose day has come, each with who approved it and in whose name it is published."""
    due = DemandApproval.objects.filter(
        entry__isnull=True, decision=Decision.APPROVED, demand__state=State.APPROVED, demand__publish_after__lte=today()
    )
    for approval in due.select_related("demand", "decided_by").order_by("demand__publish_after", "pk"):
        assert approval.decided_by is not None
        yield approval.demand, approval.decided_by


def today() -> date:
    """The day in UTC, by which entries wait."""
    return datetime.now(UTC).date()


def open_approval(demand: Demand) -> DemandApproval | None:
    """What waits for a decision, or is approved and waits for publication."""
    return demand.approvals.filter(entry__isnull=True).exclude(decision=Decision.RETURNED).first()


def last_statement(demand: Demand) -> dict[str, Any] | None:
    """The statement of the newest published revision."""
    found = RevisionDocument.objects.filter(entry__subject=demand.pk).order_by("-entry__number").first()
    return documents.statement_of(bytes(found.document)) if found else None


def _locked(demand: Demand) -> Demand:
    """The demand as it is now, held until the transaction ends, so that a double click waits its turn."""
    Demand.objects.select_for_update().get(pk=demand.pk)
    return Demand.objects.select_related("newsroom", "review").get(pk=demand.pk)


def _open_approval(demand: Demand) -> DemandApproval:
    approval = open_approval(demand)
    if approval is None:
        raise EditorialError(_("Nothing of this demand waits for a decision."))
    return approval


def _require_unchanged(demand: Demand, approval: DemandApproval) -> None:
    """The statement is rebuilt and must be the one that was submitted."""
    if canonical(statement(demand)).decode() != approval.statement:
        raise EditorialError(_("The demand was changed after submission. Return it and submit it anew."))


def _turn(demand: Demand, state: Demand.State) -> None:
    demand.state = state
    demand.save(update_fields=["state", "change_note", "changed_at"])
