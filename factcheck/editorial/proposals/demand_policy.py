"""Demands to change or remove a review, and their publication in the public register."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.saved_states import keep_state
from factcheck.editorial.drafts.statement_columns import values_of
from factcheck.editorial.errors import Incomplete, TooSoon, WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Demand, Freeze, Proposal, SavedState, User
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.statements import demand as statements
from factcheck.record.statements.output import construct, read

State = Demand.State


class DemandPolicy(Policy[Demand]):
    kind = Kind.DEMAND
    action = Action.PUBLICATION
    explanations: ClassVar = {
        "approve": _(
            "You approve the entry exactly as shown on this page. If the entry must not be public before a certain"
            " day, it is published automatically on that day, in your name."
        )
    }
    waits = True
    approvals = ("approve-and-publish", "approve")
    related = ("newsroom", "review")

    def build_statement(self, proposal: Proposal) -> statements.Demand:
        return build_statement(self.subject(proposal))

    def find_missing(self, proposal: Proposal) -> Reasons:
        demand = self.subject(proposal)
        if demand.state != State.DRAFT:
            raise WrongState(
                _("Only a draft can be submitted. The status of this demand is “%s”.") % demand.get_state_display()
            )
        return find_missing(demand)

    def copy_note(self, proposal: Proposal) -> None:
        proposal.note = self.subject(proposal).change_note

    def require_ready(self, proposal: Proposal) -> None:
        publish_after = self.subject(proposal).publish_after
        if publish_after and publish_after > utc_today():
            raise TooSoon(
                _("This entry must not be public before %s. It will be published automatically on that day.")
                % date_format(publish_after)
            )

    def after_submit(self, proposal: Proposal) -> None:
        _set_state(self.subject(proposal), State.SUBMITTED)

    def after_return(self, proposal: Proposal) -> None:
        _set_state(self.subject(proposal), State.DRAFT)

    def after_approval(self, proposal: Proposal, by: User) -> None:
        _set_state(self.subject(proposal), State.APPROVED)

    def log_kind(self, proposal: Proposal) -> LogEntry.Kind:
        was_published = self.subject(proposal).proposals.filter(entry__isnull=False).exists()
        return LogEntry.Kind.DEMAND_UPDATED if was_published else LogEntry.Kind.DEMAND_PUBLISHED

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        for proposal in proposals:
            demand = self.subject(proposal)
            demand.change_note = ""
            _set_state(demand, State.PUBLISHED)


def build_statement(demand: Demand) -> statements.Demand:
    """Return the entry in the register."""
    values = values_of(demand, statements.Demand) | {
        "review": {"id": str(demand.review_id)} if demand.review_id else None,
        "withheld": demand.withheld_reason or None,
        "delayed_until": demand.publish_after.isoformat() if demand.publish_after else None,
        "publisher": review_statements.publisher_part(demand.newsroom),
        "license": settings.LICENSE_URL,
    }
    return construct(statements.Demand, values)


def find_missing(demand: Demand) -> Reasons:
    """Return everything that has to be done before the submission, as sentences for the editor."""
    reasons: Reasons = []
    if demand.review and demand.review.newsroom_id != demand.newsroom_id:
        reasons.append(
            _(
                "The review belongs to another newsroom. Choose one of your newsroom’s reviews, or leave the field"
                " empty."
            )
        )
    elif demand.review_id and not LogEntry.objects.filter(subject=demand.review_id).exists():
        reasons.append(_("The review has not been published, so readers can’t open it. Leave the field empty."))
    if (published := last_statement(demand)) is not None:
        if not demand.change_note:
            reasons.append(_("Describe what changed. Readers will see your description."))
        if build_statement(demand) == published:
            reasons.append(
                _("Nothing has changed since the published revision. Change the draft before you submit it.")
            )
    return reasons


@transaction.atomic
def reopen_demand(*, demand: Demand, by: User, note: str) -> None:
    """Reopen the draft of a published entry, so that an outcome or a correction can be added.

    Readers still see the last revision. Raise WrongState or Incomplete if the entry can't be reopened.
    """
    demand = _lock_demand(demand.pk)
    roles.require_member(by, demand.newsroom_id)
    if demand.state != State.PUBLISHED:
        raise WrongState(
            _("Only a published demand can be updated. The status of this demand is “%s”.") % demand.get_state_display()
        )
    if not note.strip():
        raise Incomplete(_("Describe what changed. Readers will see your description."))
    keep_state(demand, by, SavedState.Kind.OPENED)
    demand.change_note = note
    _set_state(demand, State.DRAFT)
    keep_state(demand, by)
    record_event(by, "demand.reopened", demand, note=note)


def due_demands() -> Iterator[tuple[Proposal, User]]:
    """Return the approved entries that are due, each with its approver, in whose name it is published.

    Entries of a newsroom that has frozen its publishing wait until the freeze is over.
    """
    due = Proposal.objects.open().filter(
        kind=Kind.DEMAND, decision=Decision.APPROVED, demand__publish_after__lte=utc_today()
    )
    due = due.exclude(newsroom__in=Freeze.objects.open().filter(review=None).values("newsroom"))
    for proposal in due.select_related("demand", "decided_by").order_by("demand__publish_after", "pk"):
        assert proposal.decided_by is not None
        yield proposal, proposal.decided_by


def utc_today() -> date:
    """Return today's date in UTC, which determines when an entry is due."""
    return datetime.now(UTC).date()


def last_statement(demand: Demand) -> statements.Demand | None:
    """Return the statement of the newest published revision, or None."""
    found = RevisionDocument.objects.filter(entry__subject=demand.pk).order_by("-entry__number").first()
    return read(statements.Demand, bytes(found.document)) if found else None


def _lock_demand(pk: Any) -> Demand:
    """Return the demand, reloaded and locked until the transaction ends."""
    Demand.objects.select_for_update().get(pk=pk)
    return Demand.objects.select_related("newsroom", "review").get(pk=pk)


def _set_state(demand: Demand, state: Demand.State) -> None:
    demand.state = state
    demand.save(update_fields=["state", "change_note", "changed_at"])
