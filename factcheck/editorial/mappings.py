"""The verb of verdict mappings: one Editor proposes what another publisher's words mean, another approves."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.errors import NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Membership, User, VerdictMapping


@transaction.atomic
def approve_mapping(*, mapping: VerdictMapping, by: User) -> None:
    """Makes the mapping count in imports from now on."""
    mapping = VerdictMapping.objects.select_for_update().get(pk=mapping.pk)
    if not roles.newsrooms_of(by, Membership.DECIDING):
        raise NotAllowed(_("Only an Editor or Chief editor can approve this."))
    if mapping.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed this yourself; somebody else has to approve it."))
    if mapping.approved_by_id:
        return
    mapping.approved_by = by
    mapping.save(update_fields=["approved_by"])
    record_event(by, "mapping.approved", mapping, words=mapping.words, site=mapping.site, verdict=mapping.verdict_id)
