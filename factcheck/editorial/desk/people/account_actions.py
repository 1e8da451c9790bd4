"""The buttons on an account's page.

With some buttons, a person proposes a change to a second person. With the others, one person takes something away at
once.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.action_views import DeskAction, Text, by_name
from factcheck.editorial.desk.widgets import SafeAutocompleteSelect
from factcheck.editorial.models import Membership, Proposal, Publisher, User
from factcheck.editorial.models.kinds import TAKING, Action
from factcheck.editorial.people import account_mail, accounts, roles
from factcheck.editorial.proposals import account_policy

_PROPOSED = _("Proposed. A second person now has to decide.")
_WAITS = _("Proposed. A second person now has to approve. Otherwise, this takes effect after 24 hours.")
_BRAKE = _(
    "This takes effect at once. If you have taken away twice within an hour, or if nobody else could decide, it waits:"
    " a second person approves it, or it takes effect after 24 hours. Two people can undo it within 24 hours."
)


class RoleForm(forms.Form):
    newsroom = forms.ModelChoiceField(
        label=capfirst(_("newsroom")),
        queryset=Publisher.objects.all(),
        widget=SafeAutocompleteSelect(Membership._meta.get_field("publisher"), admin.site),
    )
    role = forms.ChoiceField(label=capfirst(_("role")), choices=Membership.Role.choices, widget=forms.RadioSelect)


class EmailForm(forms.Form):
    new_email = forms.EmailField(label=capfirst(_("e-mail address")), max_length=254)


def _proposal(name: str, action: Action, label: Text, explanation: Text, form: Any = forms.Form) -> DeskAction[User]:
    def run(account: User, by: User, data: dict[str, Any]) -> Proposal:
        return account_policy.propose(account=account, action=action, by=by, **data)

    return DeskAction(name, label, explanation, _PROPOSED, run, form)


def _taking(name: str, action: Action, label: Text, explanation: Text, done: Text) -> DeskAction[Any]:
    def run(row: User | Membership, by: User, _data: dict[str, Any]) -> Text | None:
        account, membership = (row, None) if isinstance(row, User) else (row.user, row)
        proposal = accounts.take_away(account=account, action=action, by=by, membership=membership)
        return _WAITS if action in TAKING and not proposal.decision else None

    return DeskAction(name, label, explanation, done, run, is_destructive=True)


ACTIONS: dict[str, DeskAction[User]] = by_name(
    _proposal(
        "propose-role",
        Action.ROLE,
        _("Propose a role"),
        _("Another account administrator or a Chief editor of the newsroom has to approve the role."),
        RoleForm,
    ),
    _proposal(
        "propose-administrator",
        Action.ADMINISTRATOR,
        _("Propose as account administrator"),
        _(
            "Another account administrator has to approve this. An account administrator manages accounts, roles and"
            " newsrooms, but can’t have a role in a newsroom or see drafts."
        ),
    ),
    _proposal(
        "propose-password",
        Action.RESET,
        _("Propose a new password"),
        _(
            "A second person has to approve this. The current password then stops working, all sessions end, and the"
            " person receives a link to choose a new password."
        ),
    ),
    _proposal(
        "propose-email",
        Action.EMAIL,
        _("Propose another e-mail address"),
        _("A second person has to approve this, because links to a new password are sent to this address."),
        EmailForm,
    ),
    _proposal(
        "propose-reopening",
        Action.REOPENING,
        _("Propose to reopen the account"),
        _(
            "A second person has to approve this. The account then has its roles again, and the person receives a link"
            " to choose a new password."
        ),
    ),
    DeskAction(
        "end-sessions",
        _("End sessions"),
        _("The person is logged out everywhere at once, and can log in again with their password."),
        _("All sessions have ended."),
        lambda account, by, _data: accounts.end_sessions(account=account, by=by),
        is_destructive=True,
    ),
    _taking(
        "pause",
        Action.PAUSE,
        _("Pause the account"),
        _(
            "This takes effect at once: all sessions end, all API tokens are revoked, and the person can’t log in. The"
            " pause ends after 24 hours, unless a second person confirms it."
        ),
        _("The account is paused."),
    ),
    _taking("remove-administration", Action.DISMISSAL, _("Remove as account administrator"), _BRAKE, _("Removed.")),
    _taking("close", Action.CLOSING, _("Close the account"), _BRAKE, _("The account is closed.")),
)
REMOVE_ROLE = _taking("remove", Action.REMOVAL, _("Remove the role"), _BRAKE, _("Removed."))


def available_actions(desk: Desk, account: User) -> list[str]:
    """Return the names of the actions that the account administrator can currently use on the account."""
    if not desk.administers_accounts:
        return []
    administers, has_roles = roles.has_administration(account), account.memberships.exists()
    proposals = {
        "propose-role": not administers,
        "propose-administrator": not administers and not has_roles,
        "propose-password": True,
        "propose-email": administers or has_roles,
    }
    names = [name for name, fits in proposals.items() if fits] if account.is_active else ["propose-reopening"]
    waiting = account_policy.open_proposal(account)
    if waiting is not None:
        names = []
    if account.is_active:
        names += ["end-sessions"]
    is_taken = waiting is not None and waiting.deadline_note != ""
    if administers and not is_taken:
        names += ["remove-administration"]
    if account.is_active and account != desk.user:
        names += ["pause"] if is_taken else ["pause", "close"]
    return names


def code_note(account: User, proposal: Proposal | None = None) -> Text:
    """Return a sentence with the code that the person needs with the link."""
    return _(
        "The page also asks for a code, which isn’t in the e-mail. Tell the person by phone or in person: %(code)s"
    ) % {"code": account_mail.recovery_code(account, proposal)}


def link_note(account: User) -> Text:
    """Return a sentence about how the person receives the link to choose a password."""
    if account_mail.sends_files() and account.email:
        return _(
            "This site has no mail server, so the e-mail waits as a file in the folder var/mail on the site’s machine."
        )
    if not account_mail.can_send() or not account.email:
        return _(
            "No e-mail can be sent to this account. The operator makes the link on the site’s machine with the command"
            " sign_in_link %(username)s"
        ) % {"username": account.username}
    return _("The link is sent to %(email)s. It works once, and only for one day.") % {"email": account.email}
