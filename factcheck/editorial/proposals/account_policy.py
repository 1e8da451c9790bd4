"""Changes of accounts. A second person approves what an account receives.

One person can take something away (`factcheck.editorial.people.accounts`). The database makes the change when a
proposal is approved. The application has no right to make the change (`sql/accounts.sql`).
"""

import json
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import errors
from factcheck.editorial.events import Detail
from factcheck.editorial.models import Membership, Proposal, Publisher, User
from factcheck.editorial.models.kinds import SETTLED_AFTER, TAKING, Action, Decision, Kind
from factcheck.editorial.people import account_mail, roles
from factcheck.editorial.proposals.policy import Policy, Text, require_none, submit_statement
from factcheck.editorial.sign_in.second_factors import reset_second_factors
from factcheck.record.statements.output import Output, left_out, read

_ASK_A_CHIEF = _("Only an account administrator or a Chief editor of this newsroom can do this. Ask one of them.")
LAST_DECIDER = _(
    "Nobody else can decide if you do this. Press “Close the account” instead. A second person then approves, or the"
    " account is closed after 24 hours."
)

NOT_UNDONE = _("This can’t be undone any more. An account administrator can propose to give it back.")


class AccountChange(Output):
    """The statement about an account: the change, and the account's current values.

    `byline` is the name that readers will see on the reviews of a person with a new role. `taken` is the action that
    took something away, and `removal` is its proposal.
    """

    action: str
    id: int | None = left_out()
    username: str | None = left_out()
    email: str | None = left_out()
    byline: str | None = left_out()
    newsroom: str | None = left_out()
    role: str | None = left_out()
    new_email: str | None = left_out()
    removal: int | None = left_out()
    taken: str | None = left_out()


class AccountPolicy(Policy[User]):
    """The rules for all changes of an account."""

    kind = Kind.ACCOUNT
    is_named_by_action = True
    approved = _("Done. The change is in effect.")
    explanations: ClassVar[dict[str, Text]] = {
        "approve": _(
            "You approve the change exactly as shown on this page. It takes effect immediately, and the person"
            " concerned is told."
        ),
        "return": _("Nothing changes. The person who proposed this will see your message."),
        "take-back": _("You proposed this. If you take it back, nothing changes."),
    }
    text: ClassVar[Text]  # a sentence that describes the change
    ask: ClassVar[Text] = _("Only an account administrator can do this. Ask one of them.")
    deadline: ClassVar[Text] = ""  # a sentence about what happens after 24 hours without a decision
    refusals: ClassVar = Policy.refusals | {
        "not_editor": _ASK_A_CHIEF,
        "own_account": _("This is about your own account. Someone else has to decide."),
        "took_it_away": _("You took this away yourself. Someone else has to decide."),
    }
    changed = _("The account was changed after this was proposed. Return the proposal, then propose the change again.")

    def title(self, proposal: Proposal) -> str:
        said = _change(proposal)
        role = Membership.Role(said.role).label if said.role else ""
        newsroom, email = proposal.newsroom, said.new_email or ""
        return str(self.text % {"account": proposal.account, "role": role, "newsroom": newsroom, "email": email})

    def deadline_note(self, proposal: Proposal) -> str:
        if not self.deadline or proposal.decision == Decision.RETURNED:
            return ""
        time = timezone.localtime((proposal.decided_at or proposal.submitted_at) + SETTLED_AFTER)
        text = _("Two people can undo this until %s.") if proposal.decision else self.deadline
        return str(text % date_format(time, "DATETIME_FORMAT"))

    def require_possible(self, proposal: Proposal) -> None:
        """Raise EditorialError if the account's state doesn't allow the proposal."""
        if not self.subject(proposal).is_active:
            raise errors.WrongState(_("This account is closed. Propose to reopen it."))

    def can_be_undone(self, proposal: Proposal, by: User) -> bool:
        return bool(self.deadline) and Proposal.objects.to_undo(by).filter(pk=proposal.pk).exists()

    def takes_away(self, proposal: Proposal) -> bool:
        return bool(self.deadline)

    def lock_subject(self, proposal: Proposal) -> None:
        """Lock all changes of accounts, in the same order as the database.

        One account isn't enough, because the brake counts the changes of all accounts.
        """
        Group.objects.select_for_update(no_key=True).get(name=roles.ACCOUNT_ADMINISTRATORS)
        proposal.account = User.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher | None, None]:
        return proposal.newsroom, None

    def build_statement(self, proposal: Proposal) -> AccountChange:
        account, site = self.subject(proposal), proposal.newsroom.site if proposal.newsroom else None
        now = {"id": account.pk, "username": account.username, "email": account.email, "newsroom": site}
        if proposal.action == Action.ROLE:
            now["byline"] = account.byline
        return _change(proposal).model_copy(update=now)

    def require_submitter(self, proposal: Proposal) -> None:
        if not _may_propose(proposal):
            raise errors.NotAllowed(self.ask)

    def require_unchanged(self, proposal: Proposal) -> None:
        if not _may_propose(proposal):
            raise errors.ChangedSince(
                _("The person who proposed this can no longer propose it. Return the proposal with a message.")
            )
        super().require_unchanged(proposal)

    def after_submit(self, proposal: Proposal) -> None:
        account_mail.queue_notice(proposal)

    def after_return(self, proposal: Proposal) -> None:
        account_mail.queue_notice(proposal)

    def after_approval(self, proposal: Proposal, by: User) -> None:
        account_mail.queue_notice(proposal)
        account = self.subject(proposal)
        account.refresh_from_db()
        # The worker settles what takes away. It can't make links, and the account needs none.
        if proposal.action not in TAKING and not account.has_usable_password():
            if account.second_factors.exists():
                reset_second_factors(account, by=by)
            account_mail.send_link_after_commit(account)

    def event(self, proposal: Proposal) -> str:
        return "account_proposal"

    def event_detail(self, proposal: Proposal) -> Detail:
        said = _change(proposal).model_dump(include={"newsroom", "role", "new_email"})
        return {"change": proposal.action, **said}


class RolePolicy(AccountPolicy):
    """A new role. The first role replaces the password too, because one person may have set up the account."""

    action = Action.ROLE
    text = _("%(account)s becomes %(role)s of %(newsroom)s.")

    def require_possible(self, proposal: Proposal) -> None:
        super().require_possible(proposal)
        if roles.has_administration(self.subject(proposal)):
            raise errors.WrongState(
                _("An account administrator cannot have a role in a newsroom. Remove the administration first.")
            )
        if _held(proposal).exists():
            raise errors.AlreadyDone(_("This person already has this role."))

    def takes_away(self, proposal: Proposal) -> bool:
        """Return whether the account has another role in the newsroom, which the new role replaces."""
        return self.subject(proposal).memberships.filter(publisher=proposal.newsroom).exists()


class AdministratorPolicy(AccountPolicy):
    action = Action.ADMINISTRATOR
    text = _("%(account)s becomes an account administrator.")

    def require_possible(self, proposal: Proposal) -> None:
        super().require_possible(proposal)
        if roles.has_administration(self.subject(proposal)) or self.subject(proposal).memberships.exists():
            raise errors.WrongState(
                _("An account administrator cannot have a role in a newsroom. Remove the roles first.")
            )


class ResetPolicy(AccountPolicy):
    action = Action.RESET
    text = _("%(account)s receives a link to choose a new password.")

    def takes_away(self, proposal: Proposal) -> bool:
        return True  # the old password


class EmailPolicy(AccountPolicy):
    action = Action.EMAIL
    text = _("%(account)s gets the e-mail address %(email)s.")

    def require_possible(self, proposal: Proposal) -> None:
        super().require_possible(proposal)
        if _change(proposal).new_email in ("", self.subject(proposal).email):
            raise errors.Incomplete(_("Enter the new e-mail address."))


class ReopeningPolicy(AccountPolicy):
    action = Action.REOPENING
    text = _("The closed account %(account)s is opened again.")

    def require_possible(self, proposal: Proposal) -> None:
        if self.subject(proposal).is_active:
            raise errors.WrongState(_("This account is open."))


class TakingPolicy(AccountPolicy):
    """The rules by which one person takes something away, with a brake (`sql/accounts.sql`)."""

    is_destructive = True
    deadline = _("This takes effect at %s, unless somebody returns it.")


class RemovalPolicy(TakingPolicy):
    action = Action.REMOVAL
    text = _("Remove %(account)s as %(role)s of %(newsroom)s.")
    ask = _ASK_A_CHIEF

    def require_possible(self, proposal: Proposal) -> None:
        if not _held(proposal).exists():
            raise errors.ChangedSince(_("This person no longer has this role."))


class DismissalPolicy(TakingPolicy):
    action = Action.DISMISSAL
    text = _("Remove %(account)s as an account administrator.")

    def require_possible(self, proposal: Proposal) -> None:
        """Allow the proposal for closed accounts too, because they can still have the administration."""


class ClosingPolicy(TakingPolicy):
    action = Action.CLOSING
    text = _("Close the account %(account)s.")


class PausePolicy(AccountPolicy):
    """A pause, which takes effect when it is proposed, and ends unless a second person confirms it."""

    action = Action.PAUSE
    text = _("Pause the account %(account)s.")
    deadline = _("The pause ends at %s, unless a second person confirms it.")
    explanations: ClassVar = {
        "approve": _("You confirm the pause. The account stays closed until two people reopen it."),
        "return": _("The pause ends at once. The person who paused the account will see your message."),
        "take-back": _("You paused this account. If you take this back, the pause ends at once."),
    }

    def require_possible(self, proposal: Proposal) -> None:
        account, recent = self.subject(proposal), timezone.now() - 2 * SETTLED_AFTER
        if is_last_decider(account):
            raise errors.LastDecider(LAST_DECIDER)
        paused = Proposal.objects.about(account).filter(action=Action.PAUSE, submitted_by=proposal.submitted_by)
        if paused.filter(submitted_at__gt=recent).exists():
            raise errors.NeedsOtherPerson(
                _("You have paused this account before. Ask another account administrator, or close the account.")
            )
        super().require_possible(proposal)


class UndoingPolicy(AccountPolicy):
    """The return of something that was taken away."""

    action = Action.UNDOING
    ask = _ASK_A_CHIEF

    def title(self, proposal: Proposal) -> str:
        return _("Undo this: %s") % ACCOUNT_POLICIES[_change(proposal).taken or ""].title(proposal)

    def require_possible(self, proposal: Proposal) -> None:
        if not _can_be_undone(proposal):
            raise errors.TooLate(NOT_UNDONE)

    def require_unchanged(self, proposal: Proposal) -> None:
        super().require_unchanged(proposal)
        if not _can_be_undone(proposal):
            raise errors.ChangedSince(self.changed)


_GIVING = (RolePolicy(), AdministratorPolicy(), ResetPolicy(), EmailPolicy(), ReopeningPolicy())
_TAKING = (RemovalPolicy(), DismissalPolicy(), ClosingPolicy(), PausePolicy(), UndoingPolicy())
ACCOUNT_POLICIES: dict[str, AccountPolicy] = {policy.action: policy for policy in (*_GIVING, *_TAKING)}


@transaction.atomic
def propose(*, account: User, action: Action, by: User, newsroom: Publisher | None = None, **wanted: Any) -> Proposal:
    """Propose one change of an account. `wanted` is a `role`, a `new_email`, or the removal to undo.

    Raise EditorialError if the person can't propose the change or the account's state doesn't allow it.
    """
    proposal = Proposal(kind=Kind.ACCOUNT, action=action, account=account, newsroom=newsroom, submitted_by=by)
    policy = ACCOUNT_POLICIES[action]
    policy.lock_subject(proposal)
    policy.require_submitter(proposal)
    require_none(Proposal.objects.about(account).undecided())
    proposal.statement = json.dumps({"action": action, **wanted})
    policy.require_possible(proposal)
    return submit_statement(policy, proposal, policy.build_statement(proposal))


def open_proposal(account: User) -> Proposal | None:
    """Return the proposal about this account that is waiting for a decision, or None."""
    return Proposal.objects.about(account).undecided().select_related("newsroom", "submitted_by").first()


def first_hour_end(by: User) -> datetime | None:
    """Return until when this administrator's own approval is enough, as on a new site, or None."""
    return roles.call_function("editorial_first_hour_ends") if roles.ask("editorial_is_first_hour", by.pk) else None


def is_last_decider(account: User) -> bool:
    """Return whether nobody else can decide in one of the account's newsrooms, or on accounts."""
    return roles.ask("editorial_is_last_decider", account.pk, None)


def has_powers(account: User) -> bool:
    """Return whether the account has a role or administers accounts, or did so until today."""
    return roles.ask("editorial_has_powers", account.pk)


def _change(proposal: Proposal) -> AccountChange:
    return read(AccountChange, proposal.statement)


def _held(proposal: Proposal) -> QuerySet[Membership]:
    role = _change(proposal).role or ""
    return Membership.objects.filter(user=proposal.account, publisher=proposal.newsroom, role=role)


def _can_be_undone(proposal: Proposal) -> bool:
    taken = _change(proposal).taken
    return roles.ask("editorial_can_be_undone", proposal.account_id, proposal.newsroom_id, taken)


def _may_propose(proposal: Proposal) -> bool:
    about = (proposal.account_id, proposal.newsroom_id, proposal.action)
    return roles.ask("editorial_proposes_on_account", proposal.submitted_by_id, *about)
