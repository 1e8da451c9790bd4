"""Proposed changes of accounts in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.kinds import Action
from factcheck.editorial.models.people import Membership, Publisher, User

_TEXTS = {
    Action.ROLE: _("%(account)s becomes %(role)s of %(newsroom)s."),
    Action.ADMINISTRATOR: _("%(account)s becomes an account administrator."),
    Action.RESET: _("%(account)s receives a link to choose a new password."),
    Action.EMAIL: _("%(account)s gets the e-mail address %(email)s."),
    Action.REOPENING: _("The closed account %(account)s is opened again."),
    Action.REMOVAL: _("Remove %(account)s as %(role)s of %(newsroom)s."),
    Action.DISMISSAL: _("Remove %(account)s as an account administrator."),
    Action.CLOSING: _("Close the account %(account)s."),
    Action.PAUSE: _("Pause the account %(account)s."),
}


def describe(action: str, account: User, newsroom: Publisher | None, content: dict[str, Any]) -> str:
    """One sentence that says what changes for the account. `content` is the statement of the proposal."""
    if action == Action.UNDOING:
        return _("Undo this: %s") % describe(content["taken"], account, newsroom, content)
    role = Membership.Role(content["role"]).label if content.get("role") else ""
    values = {"account": account, "role": role, "newsroom": newsroom, "email": content.get("new_email", "")}
    return str(_TEXTS[Action(action)] % values)
