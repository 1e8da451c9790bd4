"""Who may do what: a person's role in a newsroom decides, nothing else, for superusers too."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import NotAllowed
from factcheck.editorial.models import Membership, Publisher, Review, User

Role = Membership.Role

# The group whose members look after accounts and memberships. They can hold no membership themselves: whoever hands out
# roles does not decide about reviews. The trigger membership_rules says the same.
ACCOUNT_ADMINISTRATORS = "Account administrators"


def role_in(user: User, newsroom: Publisher | int) -> Role | None:
    """The person's role in that newsroom, or None. An account that was closed has none."""
    if not user.is_active:
        return None
    found = Membership.objects.filter(user=user, publisher=newsroom).first()
    return Role(found.role) if found else None


def newsrooms_of(user: User, roles: Iterable[Role] = tuple(Role)) -> list[int]:
    """Ids of the newsrooms in which the person has one of these roles."""
    if not user.is_active:
        return []
    return list(Membership.objects.filter(user=user, role__in=list(roles)).values_list("publisher_id", flat=True))


def require_member(user: User, newsroom: Publisher | int) -> Role:
    """The person's role there. Raises NotAllowed."""
    role = role_in(user, newsroom)
    if role is None:
        raise NotAllowed(
            _(
                "You are not a member of this newsroom, so you cannot see or change its drafts. If you should,"
                " ask an account administrator."
            )
        )
    return role


def require_decider(user: User, newsroom: Publisher | int) -> None:
    """Raises NotAllowed unless the person is an Editor or Chief editor there."""
    if require_member(user, newsroom) not in Membership.DECIDING:
        raise NotAllowed(_("Only an Editor or Chief editor of this newsroom can do this. Ask one of them."))


def is_author(user: User, review: Review) -> bool:
    """Also of what they began, or a program for them, whoever is named as its author since.

    An importer wrote nothing of what they brought in.
    """
    if review.created_by_id == user.pk and review.import_key is None:
        return True
    return review.authorships.filter(user=user).exists()


def require_writer(user: User, review: Review) -> None:
    """Raises NotAllowed unless the review is the reporter's own, or the person is an Editor there."""
    role = require_member(user, review.newsroom_id)
    if role == Role.REPORTER and review.created_by_id != user.pk and not is_author(user, review):
        raise NotAllowed(_("A Reporter can change their own reviews only. Ask the author or an Editor."))
