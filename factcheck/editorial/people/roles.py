"""Permissions, which depend only on a person's role in a newsroom, even for superusers."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import NotAllowed, NotMember
from factcheck.editorial.models import Membership, Publisher, Review, User

Role = Membership.Role

# The group whose members manage accounts and memberships. A member of this group can't be a member of a newsroom:
# people who assign roles must not decide on reviews. The trigger membership_rules enforces this too.
ACCOUNT_ADMINISTRATORS = "Account administrators"


def role_in(user: User, newsroom: Publisher | int) -> Role | None:
    """Return the person's role in this newsroom, or None. A closed account doesn't have a role."""
    found = call_function("editorial_role_in", user.pk, newsroom if isinstance(newsroom, int) else newsroom.pk)
    return Role(found) if found else None


def administers(user: User) -> bool:
    """Return whether the person administers accounts. A closed account administers nothing."""
    return ask("editorial_administers", user.pk)


def has_administration(user: User) -> bool:
    """Return whether the account has the right to administer accounts, even if the account is closed."""
    return user.is_superuser or user.groups.filter(name=ACCOUNT_ADMINISTRATORS).exists()


def require_administrator(user: User) -> None:
    """Raise NotAllowed unless the person administers accounts."""
    if not administers(user):
        raise NotAllowed(_("Only an account administrator can do this. Ask one of them."))


def require_member(user: User, newsroom: Publisher | int) -> Role:
    """Return the person's role in this newsroom. Raises NotMember if the person doesn't have a role."""
    role = role_in(user, newsroom)
    if role is None:
        raise NotMember(
            _(
                "You are not a member of this newsroom, so you can’t see or change its drafts. If you need"
                " access, ask an account administrator."
            )
        )
    return role


def require_decider(user: User, newsroom: Publisher | int) -> None:
    """Raise NotAllowed unless the person is an Editor or Chief editor of this newsroom."""
    if require_member(user, newsroom) not in Membership.DECIDING:
        raise NotAllowed(_("Only an Editor or Chief editor of this newsroom can do this. Ask one of them."))


def may_write(user: User, review: Review) -> bool:
    """Return whether the person is an Editor of the review's newsroom, or the Reporter who created or wrote it."""
    return ask("editorial_may_write", user.pk, review.pk)


def require_writer(user: User, review: Review) -> None:
    """Raise NotAllowed unless the person can write the review."""
    if not may_write(user, review):
        require_member(user, review.newsroom_id)
        raise NotAllowed(_("A Reporter can change only their own reviews. Ask the author or an Editor."))


def rights_on(proposal: int, user: User) -> tuple[bool, bool, bool]:
    """Return whether the person can see the proposal, return or publish it, and approve it (`sql/proposals.sql`)."""
    sees, decides, approves = call_function("editorial_rights_on", user.pk, proposal)
    return sees, decides, approves


def ask(function: str, *values: Any) -> bool:
    """Return the answer of a database function to a yes-or-no question about permissions.

    The functions are in `access.sql`, `proposals.sql` and `accounts.sql`. Triggers use the same functions, so the
    application and the database agree.
    """
    return bool(call_function(function, *values))


def call_function(function: str, *values: Any) -> Any:
    """Return the value of such a database function."""
    with connection.cursor() as cursor:
        cursor.callproc(function, values)
        return cursor.fetchone()[0]
