"""Lookups for management commands: people by username, newsrooms by site."""

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import Ambiguous, NotFound
from factcheck.editorial.models import Publisher, User


def find_user(username: str) -> User:
    """Return the account with this username. Raises EditorialError if the account doesn't exist."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound(_("The account %(name)s does not exist. Check the spelling.") % {"name": username})
    return found


def find_newsroom(user: User, site: str | None) -> Publisher:
    """Return the newsroom with this site, or else the person's only newsroom. Raises EditorialError if none fits."""
    own = Publisher.objects.filter(memberships__user=user)
    found = list(own.filter(site=site) if site else own[:2])
    if len(found) == 1:
        return found[0]
    if site:
        raise NotFound(_("%(name)s is not a member of %(site)s.") % {"name": user.username, "site": site})
    if found:
        raise Ambiguous(_("%(name)s is a member of several newsrooms. Choose one of them.") % {"name": user.username})
    raise NotFound(_("%(name)s is not a member of any newsroom.") % {"name": user.username})
