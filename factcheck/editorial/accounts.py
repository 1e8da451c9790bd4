"""One person can take away roles and access at once. Giving needs a proposal (`proposals/account_policy.py`)."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.errors import NotAllowed
from factcheck.editorial.events import record_account_event, set_actor
from factcheck.editorial.models import Membership, User
from factcheck.editorial.sign_in import sessions


@transaction.atomic
def close_account(*, account: User, by: User) -> None:
    """Closes the account. The database ends its sessions, and its roles then have no effect."""
    roles.require_administrator(by)
    set_actor(by)
    User.objects.filter(pk=account.pk).update(is_active=False)


@transaction.atomic
def end_sessions(*, account: User, by: User) -> None:
    """Logs the person out everywhere. They can log in again with their password."""
    roles.require_administrator(by)
    sessions.end_sessions(account)
    record_account_event(by, "session.ended", account)


@transaction.atomic
def remove_administration(*, account: User, by: User) -> None:
    roles.require_administrator(by)
    set_actor(by)
    account.groups.remove(Group.objects.get(name=roles.ACCOUNT_ADMINISTRATORS))
    if account.is_superuser:
        User.objects.filter(pk=account.pk).update(is_superuser=False)


@transaction.atomic
def remove_role(*, membership: Membership, by: User) -> None:
    """Removes a role. Chief editors can remove the roles of their own newsroom."""
    if not roles.administers(by) and roles.role_in(by, membership.publisher_id) != Membership.Role.CHIEF_EDITOR:
        raise NotAllowed(
            _("Only an account administrator or a Chief editor of this newsroom can do this. Ask one of them.")
        )
    set_actor(by)
    # In the same order as an approval, because the deletion also raises the version of the account.
    User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    Membership.objects.filter(pk=membership.pk).delete()
