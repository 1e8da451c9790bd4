"""The verb of verdict mappings: one Editor proposes what another publisher's words mean, another approves."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Membership, User, VerdictMapping
from factcheck.record.canonical import canonical, sha256_hex


def mapping_digest(mapping: VerdictMapping) -> str:
    """Names what the mapping says and who proposed it."""
    said = {"words": mapping.words, "site": mapping.site, "verdict": mapping.verdict_id, "by": mapping.proposed_by_id}
    return sha256_hex(canonical(said))


@transaction.atomic
def approve_mapping(*, mapping: VerdictMapping, by: User, digest: str) -> None:
    """Makes the mapping count in imports from now on, if it is the one that was read."""
    mapping = VerdictMapping.objects.select_for_update().get(pk=mapping.pk)
    if not roles.newsrooms_of(by, Membership.DECIDING):
        raise NotAllowed(_("Only an Editor or Chief editor can approve this."))
    if mapping.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed this yourself; somebody else has to approve it."))
    if digest != mapping_digest(mapping):
        raise EditorialError(_("The mapping was changed since you opened it. Read it again before you approve it."))
    if mapping.approved_by_id:
        return
    mapping.approved_by = by
    mapping.save(update_fields=["approved_by"])
    record_event(by, "mapping.approved", mapping, words=mapping.words, site=mapping.site, verdict=mapping.verdict_id)
