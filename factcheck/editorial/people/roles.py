"""Permissions, which depend only on a person's role in a newsroom, even for superusers."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import NotAllowed, NotMember
from factcheck.editorial.models import Membership, Publisher, Review, User

Role = Membership.Role

# The group whose members manage accounts and memberships. Members of this group can't have a membership themselves, so
# that people who assign roles don't decide on reviews. The trigger membership_rules enforces this too.
ACCOUNT_ADMINISTRATORS = "Account administrators"


def role_in(user: User, newsroom: Publisher | int) -> Role | None:
    """The person's role in this newsroom, or None. A closed account doesn't have a role."""
    if not user.is_active:
        return None
    found = Membership.objects.filter(user=user, publisher=newsroom).first()
    return Role(found.role) if found else None


def newsrooms_of(user: User, roles: Iterable[Role] = tuple(Role)) -> list[int]:
    """Ids of the newsrooms in which the person has one of these roles."""
    if not user.is_active:
        return []
    return list(Membership.objects.filter(user=user, role__in=list(roles)).values_list("publisher_id", flat=True))


def administers(user: User) -> bool:
    """Whether the person administers accounts. A closed account administers nothing."""
    return user.is_active and has_administration(user)


def has_administration(user: User) -> bool:
    return user.is_superuser or user.groups.filter(name=ACCOUNT_ADMINISTRATORS).exists()


def require_administrator(user: User) -> None:
    """Raises NotAllowed unless the person administers accounts."""
    if not administers(user):
        raise NotAllowed(_("Only an account administrator can do this. Ask one of them."))


def require_member(user: User, newsroom: Publisher | int) -> Role:
    """The person's role in this newsroom. Raises NotAllowed if they don't have one."""
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
    """Raises NotAllowed unless the person is an Editor or Chief editor of this newsroom."""
    if require_member(user, newsroom) not in Membership.DECIDING:
        raise NotAllowed(_("Only an Editor or Chief editor of this newsroom can do this. Ask one of them."))


def is_author(user: User, review: Review) -> bool:
    """Whether the person is listed as an author, or created the review themselves or through a program.

    Importers don't count as authors of the reviews that they import.
    """
    if review.created_by_id == user.pk and review.import_key is None:
        return True
    return review.authorships.filter(user=user).exists()


def require_writer(user: User, review: Review) -> None:
    """Raises NotAllowed unless the person wrote the review or is an Editor of its newsroom."""
    role = require_member(user, review.newsroom_id)
    if role == Role.REPORTER and review.created_by_id != user.pk and not is_author(user, review):
        raise NotAllowed(_("A Reporter can change only their own reviews. Ask the author or an Editor."))
