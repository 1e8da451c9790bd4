"""The workflow for all proposals: submit, approve, return, take back, publish.

Each function locks the subject, checks the membership of the person `by`, and runs in one transaction. Functions raise
an EditorialError whose text tells the editor what to do.
"""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.models.kinds import Decision
from factcheck.editorial.proposals.account_policy import AccountPolicy
from factcheck.editorial.proposals.demand_policy import DemandPolicy
from factcheck.editorial.proposals.freeze_policy import FreezePolicy
from factcheck.editorial.proposals.import_policy import ImportPolicy
from factcheck.editorial.proposals.mapping_policy import MappingPolicy
from factcheck.editorial.proposals.merge_policy import MergePolicy
from factcheck.editorial.proposals.policy import Policy, submit_statement
from factcheck.editorial.proposals.publication import append_approved
from factcheck.editorial.proposals.review_policy import ReviewPolicy
from factcheck.record.models import LogEntry

POLICIES: dict[str, Policy[Any]] = {
    policy.kind: policy
    for policy in (
        ReviewPolicy(),
        DemandPolicy(),
        MergePolicy(),
        ImportPolicy(),
        MappingPolicy(),
        FreezePolicy(),
        AccountPolicy(),
    )
}


@transaction.atomic
def submit(*, subject: Model, by: User) -> Proposal:
    """Submits a draft (a review, a demand or a mapping) to a second person and fixes its digest."""
    proposal = Proposal.of_draft(subject, by)
    policy = POLICIES[proposal.kind]
    policy.lock_subject(proposal)
    policy.require_submitter(proposal)
    if reasons := policy.find_missing(proposal):
        raise EditorialError(*reasons)
    policy.copy_note(proposal)
    return submit_statement(policy, proposal, policy.build_statement(proposal))


@transaction.atomic
def approve(*, proposal: Proposal, by: User, digest: str) -> Proposal:
    """Approves the statement that the person has read, identified by its digest.

    Proposals without a separate publication take effect immediately.
    """
    policy, proposal = _lock(proposal)
    policy.require_decider(proposal, by)
    if proposal.effective_decision:
        raise EditorialError(_("This has already been decided. Reload the page to see the decision."))
    if by.pk == proposal.submitted_by_id and not policy.may_decide_alone(proposal, by):
        raise NotAllowed(_("You submitted this yourself. Someone else has to decide."))
    policy.require_outsider(proposal, by)
    if digest != proposal.digest:
        raise EditorialError(_("The content has changed since you read it. Read it again before you decide."))
    statement = policy.require_unchanged(proposal)
    proposal.decide(Decision.APPROVED, by)
    record_event(by, f"{policy.event(proposal)}.approved", proposal.subject, digest=proposal.digest)
    policy.after_approval(proposal, by, statement)
    return proposal


@transaction.atomic
def return_(*, proposal: Proposal, by: User, reason: str) -> Proposal:
    """Returns the proposal, with a reason for the person who submitted it."""
    policy, proposal = _lock(proposal)
    policy.require_decider(proposal, by)
    if not reason.strip():
        raise EditorialError(_("Explain what has to change so that your colleague can continue."))
    return _return(policy, proposal, by, reason)


@transaction.atomic
def take_back(*, proposal: Proposal, by: User) -> Proposal:
    """Returns the proposal at the submitter's own request."""
    policy, proposal = _lock(proposal)
    if by.pk != proposal.submitted_by_id:
        raise NotAllowed(_("Only the person who submitted this can take it back. An Editor can return it."))
    policy.require_submitter(proposal)
    return _return(policy, proposal, by, "")


@transaction.atomic
def publish(*, proposal: Proposal, by: User) -> LogEntry:
    """Publishes an approved review or demand: adds a log entry and a revision, and updates the read model."""
    policy, proposal = _lock(proposal)
    policy.require_decider(proposal, by)
    if not policy.waits or proposal.decision != Decision.APPROVED or proposal.entry_id is not None:
        raise EditorialError(
            _("This can’t be published, because it has not been approved or is already public. Reload the page.")
        )
    policy.require_ready(proposal)
    statement = policy.require_unchanged(proposal)
    return append_approved(policy, [proposal], [statement], by)[0]


def open_proposal(subject: Model) -> Proposal | None:
    """The proposal about this subject that is waiting for a decision or for its publication."""
    return Proposal.objects.about(subject).open().first()


def _lock(proposal: Proposal) -> tuple[Policy[Any], Proposal]:
    """Locks and reloads the proposal and its subject, so that a second click waits."""
    policy = POLICIES[proposal.kind]
    policy.lock_subject(proposal)
    now = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    now.copy_subject(proposal)
    return policy, now


def _return(policy: Policy[Any], proposal: Proposal, by: User, message: str) -> Proposal:
    waits = policy.waits and proposal.decision == Decision.APPROVED and proposal.entry_id is None
    if proposal.decision and not waits:
        raise EditorialError(_("This has already been decided. Reload the page to see the decision."))
    proposal.decide(Decision.RETURNED, by, message)
    policy.after_return(proposal)
    detail = {"reason": message} if policy.keeps_reasons else {}
    record_event(by, f"{policy.event(proposal)}.returned", proposal.subject, **detail)
    return proposal
