"""Changes of accounts. A second person approves what an account receives.

One person can take away (`factcheck.editorial.people.accounts`). The database makes the change when a proposal is
approved, and the application can't make it (`sql/accounts.sql`).
"""

import json
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import (
    AlreadyDone,
    ChangedSince,
    Incomplete,
    LastDecider,
    NeedsOtherPerson,
    NotAllowed,
    TooLate,
    Undecided,
    WrongState,
)
from factcheck.editorial.models import Proposal, Publisher, User
from factcheck.editorial.models.kinds import SETTLED_AFTER, Action, Kind
from factcheck.editorial.people import account_mail, roles
from factcheck.editorial.proposals.policy import Policy, submit_statement
from factcheck.editorial.sign_in.second_factors import reset_second_factors

_ASK_A_CHIEF = _("Only an account administrator or a Chief editor of this newsroom can do this. Ask one of them.")
LAST_DECIDER = _(
    "Nobody else can decide if you do this. Press “Close the account” instead. A second person then approves, or the"
    " account is closed after 24 hours."
)

NOT_UNDONE = _("This can’t be undone any more. An account administrator can propose to give it back.")


class AccountPolicy(Policy[User]):
    kind = Kind.ACCOUNT
    refusals: ClassVar = Policy.refusals | {
        "not_editor": _ASK_A_CHIEF,
        "own_account": _("This is about your own account. Someone else has to decide."),
        "took_it_away": _("You took this away yourself. Someone else has to decide."),
    }
    changed = _("The account was changed after this was proposed. Return the proposal, then propose the change again.")

    def lock_subject(self, proposal: Proposal) -> None:
        """Locks all changes of accounts, in the same order as the database, because the brake counts them."""
        Group.objects.select_for_update(no_key=True).get(name=roles.ACCOUNT_ADMINISTRATORS)
        proposal.account = User.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher | None, None]:
        return proposal.newsroom, None

    def build_statement(self, proposal: Proposal) -> dict[str, Any]:
        account, newsroom = self.subject(proposal), proposal.newsroom
        now = {"id": account.pk, "username": account.username, "email": account.email}
        return {**proposal.content, **now, **({"newsroom": newsroom.site} if newsroom else {})}

    def require_submitter(self, proposal: Proposal) -> None:
        if not _may_propose(proposal):
            if proposal.action in (Action.REMOVAL, Action.UNDOING):
                raise NotAllowed(_ASK_A_CHIEF)
            roles.require_administrator(proposal.submitted_by)

    def require_unchanged(self, proposal: Proposal) -> dict[str, Any]:
        if not _may_propose(proposal):
            raise ChangedSince(
                _("The person who proposed this can no longer propose it. Return the proposal with a message.")
            )
        if proposal.action == Action.UNDOING and not _can_be_undone(proposal, proposal.content.get("taken")):
            raise ChangedSince(self.changed)
        return super().require_unchanged(proposal)

    def after_submit(self, proposal: Proposal) -> None:
        account_mail.queue_notice(proposal)

    def after_return(self, proposal: Proposal) -> None:
        account_mail.queue_notice(proposal)

    def after_approval(self, proposal: Proposal, by: User, statement: dict[str, Any]) -> None:
        account_mail.queue_notice(proposal)
        account = self.subject(proposal)
        account.refresh_from_db()
        if not account.has_usable_password():
            if account.second_factors.exists():
                reset_second_factors(account, by=by)
            account_mail.queue_link(account)

    def event(self, proposal: Proposal) -> str:
        return "account_proposal"

    def event_detail(self, proposal: Proposal) -> dict[str, Any]:
        said = proposal.content
        return {
            "change": proposal.action,
            **{key: said[key] for key in ("newsroom", "role", "new_email") if key in said},
        }


@transaction.atomic
def propose(*, account: User, action: Action, by: User, newsroom: Publisher | None = None, **wanted: Any) -> Proposal:
    """Proposes one change of an account. `wanted` is a `role`, a `new_email`, or the removal to undo."""
    proposal = Proposal(kind=Kind.ACCOUNT, action=action, account=account, newsroom=newsroom, submitted_by=by)
    policy = AccountPolicy()
    policy.lock_subject(proposal)
    policy.require_submitter(proposal)
    _require_possible(proposal, wanted)
    proposal.statement = json.dumps({"action": action, **wanted})
    return submit_statement(policy, proposal, policy.build_statement(proposal))


def _require_possible(proposal: Proposal, wanted: dict[str, Any]) -> None:
    """Raises EditorialError if the account's state doesn't allow the proposal."""
    account, action = AccountPolicy().subject(proposal), proposal.action
    if open_proposal(account) is not None:
        raise Undecided(
            _("A change of this account is already waiting for a decision. Have it decided, or take it back.")
        )
    if action == Action.PAUSE and is_last_decider(account):
        raise LastDecider(LAST_DECIDER)
    if action == Action.PAUSE and _has_paused(proposal.submitted_by, account):
        raise NeedsOtherPerson(
            _("You have paused this account before. Ask another account administrator, or close the account.")
        )
    held = account.memberships.filter(publisher=proposal.newsroom).first() if proposal.newsroom else None
    if action == Action.REMOVAL and (held is None or held.role != wanted["role"]):
        raise ChangedSince(_("This person no longer has this role."))
    if action == Action.UNDOING and not _can_be_undone(proposal, wanted["taken"]):
        raise TooLate(NOT_UNDONE)
    if action in (Action.REMOVAL, Action.DISMISSAL, Action.UNDOING):
        return
    if account.is_active == (action == Action.REOPENING):
        raise WrongState(
            _("This account is open.") if account.is_active else _("This account is closed. Propose to reopen it.")
        )
    if action == Action.ROLE and roles.has_administration(account):
        raise WrongState(
            _("An account administrator cannot have a role in a newsroom. Remove the administration first.")
        )
    if action == Action.ROLE and held is not None and held.role == wanted["role"]:
        raise AlreadyDone(_("This person already has this role."))
    if action == Action.ADMINISTRATOR and (roles.has_administration(account) or account.memberships.exists()):
        raise WrongState(_("An account administrator cannot have a role in a newsroom. Remove the roles first."))
    if action == Action.EMAIL and wanted["new_email"] in ("", account.email):
        raise Incomplete(_("Enter the new e-mail address."))


def sends_link(account: User, action: str) -> bool:
    """Whether an approval replaces the password. The first role does, because one person could set up the account."""
    if action in (Action.ROLE, Action.ADMINISTRATOR):
        return not has_powers(account)
    return action in (Action.RESET, Action.REOPENING)


def open_proposal(account: User) -> Proposal | None:
    """The proposal about this account that is waiting for a decision."""
    return Proposal.objects.about(account).undecided().select_related("newsroom", "submitted_by").first()


def is_first_hour(by: User) -> bool:
    """Whether nobody else has ever been able to decide, so that this administrator's own approval is enough."""
    return roles.ask("editorial_is_first_hour", by.pk)


def is_last_decider(account: User) -> bool:
    """Whether nobody else can decide in one of the account's newsrooms, or on accounts."""
    return roles.ask("editorial_is_last_decider", account.pk, None)


def has_powers(account: User) -> bool:
    """Whether the account has a role or administers accounts, or had until today."""
    return roles.ask("editorial_has_powers", account.pk)


def _has_paused(person: User, account: User) -> bool:
    recent = timezone.now() - 2 * SETTLED_AFTER
    paused = Proposal.objects.about(account).filter(action=Action.PAUSE, submitted_by=person)
    return paused.filter(submitted_at__gt=recent).exists()


def _can_be_undone(proposal: Proposal, taken: str | None) -> bool:
    return roles.ask("editorial_can_be_undone", proposal.account_id, proposal.newsroom_id, taken)


def _may_propose(proposal: Proposal) -> bool:
    about = (proposal.account_id, proposal.newsroom_id, proposal.action)
    return roles.ask("editorial_proposes_on_account", proposal.submitted_by_id, *about)
