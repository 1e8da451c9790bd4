"""A newsroom's rules, as pages that Editors write. Readers see each version as soon as it is written."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import Incomplete, NeedsChiefEditor
from factcheck.editorial.events import record_event
from factcheck.editorial.file_quotas import require_room_for_text
from factcheck.editorial.models import Membership, Publisher, User
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.freeze_policy import require_not_frozen
from factcheck.record.models import RulesVersion

MAX_TEXT = 20_000  # characters


@transaction.atomic
def write_rules(*, newsroom: Publisher, page: str, language: str, text: str, by: User) -> RulesVersion:
    """Add a version of a page. The database computes its number and digest. Raises EditorialError."""
    roles.require_decider(by, newsroom)
    require_not_frozen([newsroom.pk])
    require_room_for_text(len(text), by=by, newsroom=newsroom.pk)
    record_event(by, "rules.written", newsroom, page=page, language=language)
    return RulesVersion.objects.create(publisher=newsroom.site, page=page, language=language, text=text)


@transaction.atomic
def erase_rules(*, version: RulesVersion, reason: str, by: User) -> None:
    """Delete the text of a version for good. Readers still see its date, its digest and the reason."""
    newsroom = Publisher.objects.get(site=version.publisher)
    if roles.require_member(by, newsroom) != Membership.Role.CHIEF_EDITOR:
        raise NeedsChiefEditor(_("Only a Chief editor can erase a text. Ask a Chief editor of this newsroom."))
    if not reason:
        raise Incomplete(_("Write the reason."))
    record_event(by, "rules.erased", newsroom, number=version.number)
    version.text, version.salt, version.erased_because = "", "", reason
    version.save(update_fields=["text", "salt", "erased_because"])
