"""The accounts of the demo newsrooms. Their passwords are generated when the demo is loaded."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import Membership, Publisher, User
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.people.roles import ACCOUNT_ADMINISTRATORS
from factcheck.editorial.proposals import account_policy, workflow

# The passwords are random, so a slow hash would add no security. Each password is hashed again at the first login.
_ITERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Login:
    """A demo login. `role` is the label of a role, and `newsroom` is the name of a publisher or ""."""

    username: str
    password: str
    role: str
    newsroom: str


def add_accounts(accounts: list[dict[str, Any]], publishers: dict[str, Publisher]) -> list[Login]:
    """Add the accounts as a newsroom does, and return their logins.

    The first administrator makes the second. Both then decide on the other accounts together.
    """
    first, second = (account["username"] for account in accounts if account["administers_accounts"])
    root = User.objects.create_superuser(first)
    people = {first: root}
    for fields in accounts:
        if fields["username"] != first:
            user = User(username=fields["username"], byline=fields["byline"], is_staff=True)
            user.set_unusable_password()
            user.save()
            people[user.username] = user
    _grant(Action.ADMINISTRATOR, people[second], by=root, decided_by=root)
    return [_login(fields, people[fields["username"]], publishers, root, people[second]) for fields in accounts]


def _login(fields: dict[str, Any], user: User, publishers: dict[str, Publisher], root: User, second: User) -> Login:
    role, newsroom = ACCOUNT_ADMINISTRATORS, ""
    for membership in fields["memberships"]:
        publisher = publishers[membership["publisher"]]
        given = {"newsroom": publisher, "role": membership["role"]}
        _grant(Action.ROLE, user, by=root, decided_by=second, **given)
        role, newsroom = str(Membership.Role(membership["role"]).label), publisher.name
    password = secrets.token_urlsafe(12)
    hasher = PBKDF2PasswordHasher()
    set_actor(user)  # only the account itself can set its password
    User.objects.filter(pk=user.pk).update(password=hasher.encode(password, hasher.salt(), iterations=_ITERATIONS))
    return Login(user.username, password, role, newsroom)


def _grant(action: Action, account: User, *, by: User, decided_by: User, **given: Any) -> None:
    set_actor(by)  # several people act in the demo's single transaction, one after the other
    proposal = account_policy.propose(account=account, action=action, by=by, **given)
    set_actor(decided_by)
    workflow.approve(proposal=proposal, by=decided_by, digest=proposal.digest)
