"""The workflow for all proposals: submit, approve, return, take back, publish.

Each function locks the subject, checks the membership of the person `by`, and runs in one transaction. Functions raise
an EditorialError whose text tells the editor what to do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from factcheck.editorial import errors
from factcheck.editorial.events import record_event
from factcheck.editorial.file_quotas import require_room_for_text
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.models.events import ACTIONS as EVENTS
from factcheck.editorial.models.kinds import POLICIES, Decision
from factcheck.editorial.proposals.account_policy import ACCOUNT_POLICIES
from factcheck.editorial.proposals.demand_policy import DemandPolicy
from factcheck.editorial.proposals.disowning_policy import DisowningPolicy
from factcheck.editorial.proposals.freeze_policy import FreezePolicy, require_not_frozen
from factcheck.editorial.proposals.import_policy import ImportPolicy
from factcheck.editorial.proposals.mapping_policy import MappingPolicy
from factcheck.editorial.proposals.merge_policy import MergeOfClaims, SplitOfClaims
from factcheck.editorial.proposals.policy import Policy, submit_statement
from factcheck.editorial.proposals.publication import append_approved
from factcheck.editorial.proposals.review_policy import Erasure, Publication, Reinstatement, Withdrawal
from factcheck.editorial.signatures import signing
from factcheck.editorial.signatures.keys_policy import KEYS_POLICIES
from factcheck.record.approvals.assertions import Assertion
from factcheck.record.models import LogEntry

HELD = "reviews.publish_held"  # the name of the worker's task
_ON_REVIEWS = (Publication(), Withdrawal(), Reinstatement(), Erasure())
_ON_CLAIMS = (DemandPolicy(), MergeOfClaims(), SplitOfClaims(), ImportPolicy(), MappingPolicy())
_ON_NEWSROOMS = (FreezePolicy(), DisowningPolicy())
_POLICIES: tuple[Policy[Any], ...] = (
    *_ON_REVIEWS,
    *_ON_CLAIMS,
    *_ON_NEWSROOMS,
    *ACCOUNT_POLICIES.values(),
    *KEYS_POLICIES.values(),
)
for policy in _POLICIES:
    POLICIES[policy.kind, policy.action] = policy
    for act, text in policy.events.items():
        EVENTS.setdefault(f"{policy.event(Proposal(kind=policy.kind, action=policy.action))}.{act}", text)


def policy_of(proposal: Proposal) -> Policy[Any]:
    policy: Policy[Any] = POLICIES[proposal.kind, proposal.action]
    return policy


@transaction.atomic
def submit(*, subject: Model, by: User) -> Proposal:
    """Submit a draft (a review, a demand or a mapping) to a second person, and record the statement's digest.

    Raise Incomplete if something is missing.
    """
    proposal = Proposal.of_draft(subject, by)
    policy = policy_of(proposal)
    policy.lock_subject(proposal)
    policy.require_submitter(proposal)
    if reasons := policy.find_missing(proposal):
        raise errors.Incomplete(*reasons)
    policy.copy_note(proposal)
    submit_statement(policy, proposal, policy.build_statement(proposal))
    require_room_for_text(len(proposal.statement), by=by, newsroom=proposal.newsroom_id)
    return proposal


@transaction.atomic
def sign(*, proposal: Proposal, by: User, signature: Assertion) -> None:
    """Store the signature of the submitter, or of a person who is about to approve."""
    policy, proposal = _lock(proposal)
    if by.pk != proposal.submitted_by_id:
        policy.require_decider(proposal, by, approving=True)
    signing.sign(proposal, by, signature)


@transaction.atomic
def approve(
    *, proposal: Proposal, by: User, digest: str, hold_until: datetime | None = None, checked: Sequence[str] = ()
) -> Proposal:
    """Approve the statement that the person has read, which its digest identifies.

    Proposals without a separate publication take effect immediately. The worker publishes a held review at the time
    `hold_until`. `checked` are the sentences of the checklist that the person ticked.
    """
    policy, proposal = _lock(proposal)
    if hold_until is not None:
        policy.require_holdable(proposal, hold_until)
    _approve(policy, proposal, by, digest, hold_until=hold_until, checked=checked)
    if hold_until is not None:
        app.configure_task(HELD, schedule_at=hold_until).defer(proposal=proposal.pk)
    return proposal


@transaction.atomic
def approve_and_publish(*, proposal: Proposal, by: User, digest: str, checked: Sequence[str] = ()) -> LogEntry:
    """Approve the statement that the person has read, and publish this statement in the same transaction."""
    policy, proposal = _lock(proposal)
    if not policy.waits:
        raise errors.WrongState(_("This takes effect as soon as it is approved. Approve it."))
    _approve(policy, proposal, by, digest, checked=checked)
    if proposal.entry is not None:  # a withdrawal, a reinstatement or an erasure
        return proposal.entry
    return _publish(policy, proposal, by)


@transaction.atomic
def return_(*, proposal: Proposal, by: User, reason: str) -> Proposal:
    """Return the proposal, with a reason for the person who submitted it."""
    policy, proposal = _lock(proposal)
    policy.require_decider(proposal, by)
    if not reason.strip():
        raise errors.Incomplete(_("Explain what has to change so that your colleague can continue."))
    return _return(policy, proposal, by, reason)


@transaction.atomic
def take_back(*, proposal: Proposal, by: User) -> Proposal:
    """Return the proposal at the submitter's own request."""
    policy, proposal = _lock(proposal)
    if by.pk != proposal.submitted_by_id:
        raise errors.NotAllowed(_("Only the person who submitted this can take it back. An Editor can return it."))
    policy.require_submitter(proposal)
    return _return(policy, proposal, by, "")


@transaction.atomic
def publish(*, proposal: Proposal, by: User) -> LogEntry:
    """Publish an approved review or demand: add a log entry and a revision, and update the read model.

    If the review is held until a later time, this person releases it.
    """
    policy, proposal = _lock(proposal)
    policy.require_decider(proposal, by)
    if not policy.waits or proposal.decision != Decision.APPROVED or proposal.entry_id is not None:
        raise errors.WrongState(
            _("This can’t be published, because it has not been approved or is already public. Reload the page.")
        )
    policy.require_unchanged(proposal)
    if proposal.is_held:
        proposal.released_by = by
        proposal.save(update_fields=["released_by"])
        record_event(by, f"{policy.event(proposal)}.released", proposal.subject)
    return _publish(policy, proposal, by)


@transaction.atomic
def publish_held(proposal: Proposal) -> LogEntry | None:
    """Publish a review whose time has come, in the approver's name. Return None if it no longer waits for that time."""
    policy, proposal = _lock(proposal)
    waits = proposal.decision == Decision.APPROVED and proposal.hold_until is not None and proposal.entry_id is None
    if not waits or proposal.is_held:
        return None
    assert proposal.decided_by is not None
    policy.require_decider(proposal, proposal.decided_by)
    policy.require_unchanged(proposal)
    return _publish(policy, proposal, proposal.decided_by)


@transaction.atomic
def lapse(proposal: Proposal, by: User) -> None:
    """Return a proposal that can't be approved any more.

    Its time is over, something stronger replaces it, or it contains a forgotten passage. The database checks who can do
    this (`editorial_require_deciders`).
    """
    policy, proposal = _lock(proposal)
    if not proposal.decision or _waits(policy, proposal):
        proposal.decide(Decision.RETURNED, by)
        policy.after_return(proposal)
        if by.is_active:
            record_event(by, f"{policy.event(proposal)}.returned", proposal.subject)


def find_obstacle(proposal: Proposal) -> errors.EditorialError | None:
    """Return why a held review can't be published in its approver's name, or None if it can."""
    policy = policy_of(proposal)
    assert proposal.decided_by is not None
    if policy.find_refusal(proposal, proposal.decided_by, approving=False) is not None:
        reason = _("%s approved this and is no longer an Editor. Publish the review yourself, or return it.")
        return errors.NotAllowed(reason % proposal.decided_by)
    try:
        policy.require_unchanged(proposal)
        require_not_frozen([proposal.newsroom_id], [proposal.review_id])
    except errors.EditorialError as obstacle:
        return obstacle
    return None


def open_proposal(subject: Model) -> Proposal | None:
    """Return the proposal about this subject that is waiting for a decision or for its publication."""
    return Proposal.objects.about(subject).open().first()


def _lock(proposal: Proposal) -> tuple[Policy[Any], Proposal]:
    """Lock and reload the proposal and its subject, so that a second click waits."""
    policy = policy_of(proposal)
    policy.lock_subject(proposal)
    now = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    now.copy_subject(proposal)
    return policy, now


def _approve(
    policy: Policy[Any],
    proposal: Proposal,
    by: User,
    digest: str,
    *,
    hold_until: datetime | None = None,
    checked: Sequence[str] = (),
) -> None:
    """Record the approval. The proposal and its subject must be locked."""
    policy.require_decider(proposal, by)
    if proposal.effective_decision:
        raise errors.AlreadyDecided(_("This has already been decided. Reload the page to see the decision."))
    policy.require_decider(proposal, by, approving=True)
    if digest != proposal.digest:
        raise errors.ChangedSince(_("The content has changed since you read it. Read it again before you decide."))
    if not {*policy.checklist(proposal)} <= {*checked}:
        raise errors.Incomplete(
            _("Tick every sentence of the checklist. If one isn’t true, return the review with a message.")
        )
    policy.require_unchanged(proposal)
    signing.require_signed(proposal, by)
    proposal.decide(Decision.APPROVED, by, hold_until=hold_until)
    detail = {"digest": proposal.digest, **({"checked": list(checked)} if checked else {})}
    if hold_until is not None:
        detail["hold_until"] = hold_until.isoformat()
    record_event(by, f"{policy.event(proposal)}.approved", proposal.subject, **detail)
    policy.after_approval(proposal, by)


def _publish(policy: Policy[Any], proposal: Proposal, by: User) -> LogEntry:
    """Publish the approved statement. The draft must still give this statement."""
    policy.require_ready(proposal)
    return append_approved(policy, [proposal], by)[0]


def _return(policy: Policy[Any], proposal: Proposal, by: User, message: str) -> Proposal:
    if proposal.decision and not _waits(policy, proposal):
        raise errors.AlreadyDecided(_("This has already been decided. Reload the page to see the decision."))
    proposal.decide(Decision.RETURNED, by, message)
    policy.after_return(proposal)
    detail = {"reason": message} if policy.keeps_reasons else {}
    record_event(by, f"{policy.event(proposal)}.returned", proposal.subject, **detail)
    return proposal


def _waits(policy: Policy[Any], proposal: Proposal) -> bool:
    """Return whether the approved proposal waits for its publication, so that it can still be returned."""
    return policy.waits and proposal.decision == Decision.APPROVED and proposal.entry_id is None
