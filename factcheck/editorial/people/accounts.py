"""The removal of rights from accounts. One person can do this, but only within limits (`sql/accounts.sql`).

Giving rights needs a proposal that a second person approves (`proposals/account_policy.py`).
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.editorial.errors import EditorialError, LastDecider, TooLate, TooSoon
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import EditorialEvent, Membership, Proposal, Publisher, User
from factcheck.editorial.models.kinds import SETTLED_AFTER, TAKING, Action
from factcheck.editorial.people import roles
from factcheck.editorial.proposals import account_policy, workflow
from factcheck.editorial.sign_in import sessions
from factcheck.record.statements.output import read

AGAIN = timedelta(minutes=10)  # the wait before the same person can end the same sessions again


@transaction.atomic
def take_away(*, account: User, action: Action, by: User, membership: Membership | None = None) -> Proposal:
    """Close or pause an account, or remove its role or its administration.

    This takes effect at once, unless the limits require a second person. In this case, the proposal stays undecided.
    """
    _make_way(account, action, by)
    newsroom, said = (membership.publisher, {"role": membership.role}) if membership else (None, {})
    proposal = account_policy.propose(account=account, action=action, by=by, newsroom=newsroom, **said)
    if action in TAKING and workflow.policy_of(proposal).find_refusal(proposal, by, approving=True) is None:
        return workflow.approve(proposal=proposal, by=by, digest=proposal.digest)
    return proposal


@transaction.atomic
def add_colleagues(*, newsroom: Publisher, by: User, rows: Iterable[dict[str, Any]]) -> None:
    """Add accounts and propose their roles. In first-hour mode, the proposals are approved and the links are sent.

    The first person who can decide ends this mode. So deciders come last, and an account administrator before a Chief
    editor, because an administrator can approve a Chief editor later.
    """
    set_actor(by)
    for row in sorted(rows, key=lambda row: ("reporter", "editor", "administrator", "chief_editor").index(row["role"])):
        name, role = row["email"].partition("@")[0].lower(), row["role"]
        account = User.objects.create_user(name, row["email"], byline=row["byline"], is_staff=True)
        about = {"newsroom": newsroom, "role": role} if role in Membership.Role.values else {}
        action = Action.ROLE if about else Action.ADMINISTRATOR
        proposal = account_policy.propose(account=account, action=action, by=by, **about)
        if account_policy.first_hour_end(by):
            workflow.approve(proposal=proposal, by=by, digest=proposal.digest)


@transaction.atomic
def end_sessions(*, account: User, by: User) -> None:
    """Log the person out on all devices. The person can log in again with their password."""
    roles.require_administrator(by)
    if account_policy.is_last_decider(account):
        raise LastDecider(
            _(
                "Nobody else can decide in this person’s newsroom or on accounts, so you can’t end the sessions. Press"
                " “Close the account” instead. A second person then approves, or the account is closed after 24 hours."
            )
        )
    ended = EditorialEvent.objects.filter(actor=by, action="session.ended", subject=f"user:{account.pk}")
    if ended.filter(at__gt=timezone.now() - AGAIN).exists():
        raise TooSoon(_("You have just ended these sessions. Wait ten minutes, or pause the account."))
    sessions.end_sessions(account, by=by)


@transaction.atomic
def undo(*, removal: Proposal, by: User) -> Proposal:
    """Propose to give back the rights that the removal took away. This is possible within 24 hours."""
    if not Proposal.objects.to_undo(by).filter(pk=removal.pk).exists():
        raise TooLate(account_policy.NOT_UNDONE)
    assert removal.account is not None
    _make_way(removal.account, Action.UNDOING, by)
    said = {"removal": removal.pk, "taken": removal.action}
    if removal.newsroom is not None:
        said["role"] = read(account_policy.AccountChange, removal.statement).role
    return account_policy.propose(
        account=removal.account, action=Action.UNDOING, by=by, newsroom=removal.newsroom, **said
    )


def _make_way(account: User, action: Action, by: User) -> None:
    """Return a weaker proposal about the account, so that nobody can shield or block an account with a proposal."""
    account_policy.AccountPolicy().lock_subject(Proposal.of_draft(account, by))
    waiting = account_policy.open_proposal(account)
    stays = {Action.PAUSE, *({Action.UNDOING} if action != Action.PAUSE else ()), *(TAKING if action in TAKING else ())}
    if waiting is not None and waiting.action not in stays:
        workflow.lapse(waiting, by)


def settle() -> None:
    """Settle the proposals that nobody decided on within 24 hours: end the pauses, and carry out the removals."""
    due = Proposal.objects.undecided().filter(action__in=[*TAKING, Action.PAUSE])
    due = due.filter(submitted_at__lte=timezone.now() - SETTLED_AFTER).select_related("submitted_by")
    # They are in order, so that what a paused person proposed earlier comes before the pause's end.
    for proposal in due.order_by("pk"):
        with suppress(EditorialError, IntegrityError):  # the person is paused, or the account has changed
            if proposal.action in TAKING:
                workflow.approve(proposal=proposal, by=proposal.submitted_by, digest=proposal.digest)
                continue
        workflow.lapse(proposal, proposal.submitted_by)
