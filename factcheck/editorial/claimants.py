"""The decisions on claimants' names that come from an import. An editor confirms or replaces each name.

A private person's name is replaced with a description (docs/how-to/name-a-claimant.md).
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import JSONField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from factcheck.database.query_timeout import time_limit
from factcheck.editorial.errors import AlreadyDone, ChangedSince, Incomplete, WrongValue
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claimant, User
from factcheck.editorial.people import roles
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel.bodies import Review as PublicReview
from factcheck.tools.budget import SEARCH_SECONDS


def claimant_digest(claimant: Claimant) -> str:
    """Return a digest of the claimant's identity. The digest changes if somebody edits the identity."""
    identity = {name: getattr(claimant, name) for name in ("type", "name", "job_title", "same_as")}
    return sha256_hex(canonical(identity))


@transaction.atomic
def confirm_claimant(*, claimant: Claimant, by: User, digest: str) -> None:
    """Confirm the name with this digest. Only organisations and public figures in their role can be named."""
    claimant = _locked(claimant, by)
    if claimant.confirmed:
        raise AlreadyDone(_("This name has already been confirmed."))
    if digest != claimant_digest(claimant):
        raise ChangedSince(
            _("The claimant has changed since you opened this page. Read the page again before you confirm the name.")
        )
    claimant.confirmed = True
    claimant.is_public_figure = claimant.type == Claimant.Type.PERSON
    claimant.save(update_fields=["confirmed", "is_public_figure", "changed_at"])
    record_event(by, "claimant.confirmed", claimant)


@transaction.atomic
def redact_claimant(*, claimant: Claimant, by: User, description: str) -> int:
    """Replace the name with a description in all drafts, and return the number of published reviews with the name.

    Each of these published reviews still shows the name and needs a correction. Statements that have already been
    submitted keep the name until they are erased.
    """
    claimant = _locked(claimant, by)
    if claimant.type == Claimant.Type.UNNAMED:
        raise AlreadyDone(_("This claimant already has a description instead of a name."))
    if not description.strip():
        raise Incomplete(_("Describe the claimant, for example “a Facebook user”."))
    claimant.type, claimant.name, claimant.description = Claimant.Type.UNNAMED, "", description
    claimant.job_title, claimant.same_as = "", []
    claimant.is_public_figure, claimant.confirmed = False, True
    try:
        claimant.full_clean()
    except ValidationError as problem:
        raise WrongValue(*problem.messages) from problem
    claimant.save()
    record_event(by, "claimant.redacted", claimant)  # without the name, because events are kept forever
    return PublishedReview.objects.live().filter(claimant=claimant.pk).count()


def reviews_naming(claimant: Claimant, limit: int) -> list[PublicReview]:
    """Return up to `limit` live reviews that still name a claimant who is now described, newest first.

    Raises TimeoutError if the claimant has too many reviews to search.
    """
    if claimant.type != Claimant.Type.UNNAMED:
        return []
    rows = PublishedReview.objects.using("public").live().filter(claimant=claimant.pk)
    content = Cast("body", JSONField())
    named = rows.alias(content=content, name=KT("content__claim__claimant__name")).filter(name__isnull=False)
    with time_limit(SEARCH_SECONDS):
        return [row.live_body for row in named.order_by("-published_at", "-id")[:limit]]


def _locked(claimant: Claimant, by: User) -> Claimant:
    claimant = Claimant.objects.select_for_update().get(pk=claimant.pk)
    roles.require_decider(by, claimant.newsroom_id)
    return claimant
