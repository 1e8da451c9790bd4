"""Verbs for names that came in with an import: an editor confirms them or describes them.

No private person is named (docs/how-to/name-a-claimant.md).
"""

from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import JSONField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from factcheck.database.query_timeout import all_within
from factcheck.editorial import erasure, roles
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claimant, User
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.models import PublishedReview

SECONDS = 0.5  # for a look through the published reviews of a claimant, who may be "a Facebook user" of thousands


def claimant_digest(claimant: Claimant) -> str:
    """Names who the claimant is said to be."""
    said = {name: getattr(claimant, name) for name in ("type", "name", "job_title", "same_as")}
    return sha256_hex(canonical(said))


@transaction.atomic
def confirm_claimant(*, claimant: Claimant, by: User, digest: str) -> None:
    """States that the name that was read may stand: an organisation's, or that of a public figure in that role."""
    claimant = _locked(claimant, by)
    if claimant.confirmed:
        raise EditorialError(_("This name is confirmed already."))
    if digest != claimant_digest(claimant):
        raise EditorialError(_("The claimant was changed since you opened it. Read it again before you confirm it."))
    claimant.confirmed = True
    claimant.is_public_figure = claimant.type == Claimant.Type.PERSON
    claimant.save(update_fields=["confirmed", "is_public_figure", "changed_at"])
    record_event(by, "claimant.confirmed", claimant)


@transaction.atomic
def redact_claimant(*, claimant: Claimant, by: User, description: str) -> int:
    """Puts a description in the place of the name in all drafts, and takes it out of the desk's log.

    Returns how many published reviews still show it: they need a correction, which is another verb.
    Statements that were put forward before keep it until an erasure.
    """
    claimant = _locked(claimant, by)
    if claimant.type == Claimant.Type.UNNAMED:
        raise EditorialError(_("This claimant is described, not named, already."))
    if not description.strip():
        raise EditorialError(_("Describe the claimant, for example “a Facebook user”."))
    claimant.type, claimant.name, claimant.description = Claimant.Type.UNNAMED, "", description
    claimant.job_title, claimant.same_as = "", []
    claimant.is_public_figure, claimant.confirmed = False, True
    try:
        claimant.full_clean()
    except ValidationError as problem:
        raise EditorialError(*problem.messages) from problem
    claimant.save()
    erasure.forget_in_desk_log(Claimant, {claimant.pk})
    record_event(by, "claimant.redacted", claimant)  # without the name: events are kept for ever
    return PublishedReview.objects.live().filter(claimant=claimant.pk).count()


def still_named(claimant: Claimant, most: int) -> list[dict[str, Any]]:
    """The bodies of up to `most` live reviews that show a name for whom it is described now, the newest first.

    Raises TimeoutError when they are too many to look through.
    """
    if claimant.type != Claimant.Type.UNNAMED:
        return []
    rows = PublishedReview.objects.using("public").live().filter(claimant=claimant.pk)
    content = Cast("body", JSONField())
    named = rows.alias(content=content, name=KT("content__claim__claimant__name")).filter(name__isnull=False)
    with all_within(SECONDS):
        return [orjson.loads(row.body) for row in named.order_by("-published_at", "-id")[:most]]


def _locked(claimant: Claimant, by: User) -> Claimant:
    claimant = Claimant.objects.select_for_update().get(pk=claimant.pk)
    roles.require_decider(by, claimant.newsroom_id)
    return claimant
