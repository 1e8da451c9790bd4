"""One person can take away roles and access at once. Giving needs a proposal (`proposals/account_policy.py`)."""

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.errors import NotAllowed
from factcheck.editorial.events import record_event, set_actor
from factcheck.editorial.models import Membership, User


@transaction.atomic
def close_account(*, account: User, by: User) -> None:
    """Closes the account and ends its sessions. Its roles then have no effect."""
    roles.require_administrator(by)
    set_actor(by)
    User.objects.filter(pk=account.pk).update(is_active=False)
    _delete_sessions(account)


@transaction.atomic
def end_sessions(*, account: User, by: User) -> None:
    """Logs the person out everywhere. They can log in again with their password."""
    roles.require_administrator(by)
    _delete_sessions(account)
    record_event(by, "account.sessions_ended", account)


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
    Membership.objects.filter(pk=membership.pk).delete()


def _delete_sessions(account: User) -> None:
    """Sessions don't have a column for the account. Only people with an account have sessions, so there are few."""
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(account.pk):
            session.delete()
