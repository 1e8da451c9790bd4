"""Erasure: what has to go for a legal reason goes everywhere, and the log keeps that it happened and on what ground.

The notice is all that readers get afterwards. A redaction is an erasure that keeps the present draft,
from which the editors took out what has to go. The draft is published like any other revision.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import LogEntry as DeskLogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import ProtectedError, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial import review_statements
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.fields import LanguageField, ProseField
from factcheck.editorial.models import (
    Claim,
    Claimant,
    EditorialEvent,
    Proposal,
    ProposedLink,
    Publisher,
    ReaderMessage,
    Review,
)
from factcheck.editorial.statement_columns import empty_columns
from factcheck.record.formats.canonical import canonical
from factcheck.record.formats.text import clean_text, find_forbidden
from factcheck.record.models import LogEntry, PublishedReview, RevisionDocument
from factcheck.record.statements.drafts import ReviewToDraft
from factcheck.record.statements.erasure import ErasureNotice, Ground
from factcheck.record.statements.parts import Part, limit
from factcheck.record.statements.review import ReviewedClaim

PLACEHOLDER = "[erased]"  # where a column must not be empty
MAX_NOTICE = limit(ErasureNotice, "text")
SHORTEST_REPEATED = 4  # characters. A shorter name is found in too many words.


def find_repeated(text: str, told: Iterable[str]) -> str | None:
    """The first of these words that the text repeats. After an erasure they could still be read there."""
    text = text.casefold()
    return next((words for words in told if len(words) >= SHORTEST_REPEATED and words.casefold() in text), None)


def notice(review: Review, ground: str, text: str, *, redact: bool) -> dict[str, Any]:
    """The statement of an erasure: what the public is told, and nothing of what the review said.

    Raises EditorialError when the text is missing or repeats what is to go.
    """
    text = clean_text(text)
    if ground not in Ground.values():
        raise EditorialError(_("Choose the ground on which this has to be erased."))
    if not text:
        raise EditorialError(_("Write the public notice: readers find it in place of what was erased."))
    if len(text) > MAX_NOTICE:
        raise EditorialError(_("The public notice is too long: at most %s characters.") % MAX_NOTICE)
    if forbidden := find_forbidden(text):
        raise EditorialError(_("The character %s cannot be published. Delete it or type the text again.") % forbidden)
    if repeated := _repeated(review, text, redact=redact):
        raise EditorialError(_("The public notice must not repeat what is erased. Take out “%s”.") % repeated)
    return {
        "id": str(review.pk),
        "notice": {
            "ground": ground,
            "text": text,
            "redaction": redact,
            "newsroom": responsible_newsroom(review),
        },
        "license": settings.LICENSE_URL,
    }


def responsible_newsroom(review: Review) -> dict[str, str]:
    """Who answers for the erasure. For an imported review this isn't the publisher."""
    return {"name": review.newsroom.name, "site": review.newsroom.site}


def require_decided_imports(review: Review) -> None:
    """An erasure takes the digests of the review's statements, without which the digest of an import can't be checked.

    Raises EditorialError while an import that has a statement of the review waits for its decision.
    """
    whole = Proposal.objects.filter(kind="import", decision="", batch__in=review.proposals.values("batch"))
    if (waiting := whole.select_related("batch").first()) is not None:
        raise EditorialError(
            _(
                "The import “%s” has this review and waits for a decision. Approve or return it first, under Imports:"
                " after the erasure nobody could check it."
            )
            % waiting.batch
        )


def _repeated(review: Review, text: str, *, redact: bool) -> str | None:
    """The first telling words of a published revision that the notice repeats, unless a redacted draft keeps them."""
    stays = canonical(review_statements.build_statement(review)).decode().casefold() if redact else ""
    rows = RevisionDocument.objects.filter(entry__subject=review.pk).order_by("-entry")
    told = (words for row in rows for words in _telling(json.loads(bytes(row.document))))
    return find_repeated(text, (words for words in told if words.casefold() not in stays))


def _telling(document: dict[str, Any]) -> Iterator[str]:
    claim = document.get("claim", {})
    claimant = claim.get("claimant") or {}
    said = [document.get("headline"), document.get("summary"), document.get("original_url"), claim.get("text")]
    said += [claimant.get("name"), *claimant.get("same_as", [])]
    said += [appearance["url"] for appearance in claim.get("appearances", [])]
    for source in document.get("sources", []):
        said += [source["title"], source["quote"], source["url"]]
    return (text for text in said if text)


def warnings(review: Review, *, redact: bool) -> list[str | Promise]:
    """Everything that will be lost, for the person who asks and the person who decides."""
    revisions = RevisionDocument.objects.filter(entry__subject=review.pk).count()
    lost: list[str | Promise] = [
        ngettext(
            "%s published revision is erased for ever, with all its drafts, messages and notes.",
            "%s published revisions are erased for ever, with all their drafts, messages and notes.",
            revisions,
        )
        % revisions,
        _("Nobody can bring them back. The log keeps that they existed, when, and their digests."),
    ]
    if redact:
        lost.append(_("The present draft stays as it is. What it still says is not erased: read it once more."))
    else:
        lost.append(_("The draft, its sources, the claim and the claimant go as well, unless other reviews use them."))
    if shared := _others(review.claim, review).count():
        lost.append(
            ngettext(
                "%s other review of the same claim keeps the claim’s text. If that has to go, it has to be"
                " erased there too.",
                "%s other reviews of the same claim keep the claim’s text. If that has to go, it has to be"
                " erased there too.",
                shared,
            )
            % shared
        )
    lost.append(_("Copies that others made, and backups, are not erased. Ask the person who runs the site."))
    return lost


def _others(claim: Claim, review: Review) -> models.QuerySet[Review]:
    published = PublishedReview.objects.filter(claim_id=claim.pk).values("pk")
    used = Review.objects.filter(Q(claim=claim) | Q(pk__in=published))
    return used.exclude(pk=review.pk).exclude(state=Review.State.ERASED)


def erase_drafts(review: Review, erasure: Proposal) -> None:
    """Removes from drafts and their history what the record has just erased, in the same transaction.

    The people, acts and times stay, and every text goes. The trigger was_erased_whole checks this.
    """
    redact = json.loads(erasure.statement)["notice"]["redaction"]
    claims, claimants = claims_of(review), {review.claim.claimant_id} if review.claim.claimant_id else set()
    claimants |= {UUID(claim["claimant"]["id"]) for claim in _claims_said(review) if claim.get("claimant")}
    earlier = review.proposals.filter(pk__lt=erasure.pk)
    # The digest of a statement has no salt: it would confirm a guess.
    earlier.update(statement="", note="", message="", digest="0" * 64)
    # A message about a whole import may repeat what the review said.
    Proposal.objects.filter(kind="import", batch__in=earlier.values("batch")).update(message="")
    events = EditorialEvent.objects.filter(subject=str(review.pk)).exclude(action=LogEntry.Kind.ERASURE)
    events.exclude(detail={}).update(detail={})
    for model, keys in ((Review, {review.pk}), (Claim, claims), (Claimant, claimants)):
        clear_admin_log(model, keys)
    if redact:
        review.state, review.change_class = Review.State.DRAFT, Review.ChangeClass.SUBSTANTIVE
        review.save(update_fields=["state", "change_class"])
    else:
        _forget_draft(review)
    # Messages repeat what they are about. A message to another newsroom stays with that newsroom.
    told = Q(claim__in=claims, newsroom=review.newsroom_id)
    ReaderMessage.objects.filter(Q(review=review) | told).delete()
    _forget_claims(claims)
    # Only claimants whom no other claim names, in its draft or in public.
    named = PublishedReview.objects.live().filter(claimant__in=claimants).values("claimant")
    Claimant.objects.filter(pk__in=claimants, claims__isnull=True).exclude(pk__in=named).delete()


def claims_of(review: Review) -> set[UUID]:
    """The ids of the claims that the review is about or was about when it was submitted."""
    return {review.claim_id} | {UUID(claim["id"]) for claim in _claims_said(review)}


def _claims_said(review: Review) -> Iterator[dict[str, Any]]:
    statements = review.proposals.exclude(statement="").values_list("statement", flat=True)
    return (said["claim"] for said in map(json.loads, statements) if "claim" in said)


def clear_admin_log(model: type[models.Model], keys: set[Any]) -> None:
    """Django's admin writes down headlines and names beside who saved them and when."""
    rows = DeskLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(key) for key in keys]
    )
    rows.update(object_repr=PLACEHOLDER, change_message="")


def _forget_draft(review: Review) -> None:
    review.sources.all().delete()
    # Authors with a login stay authors, because an author approves nothing here.
    review.authorships.filter(user__isnull=True).delete()
    review.authorships.update(name="")
    publisher = review.publisher
    _blank(review, ReviewToDraft)
    review.verdict = None
    review.import_digest = ""  # it would confirm a guess. import_key stays, so that no import brings the review back.
    review.publisher_id = review.newsroom_id  # an imported one has lost its publisher's words
    review.save()
    if publisher.pk != review.newsroom_id:
        _forget_publisher(publisher)


def _forget_claims(keys: set[Any]) -> None:
    """Empties the claims that no other review uses, in its draft or in public."""
    used = set(Review.objects.exclude(state=Review.State.ERASED).filter(claim__in=keys).values_list("claim", flat=True))
    shown = PublishedReview.objects.filter(claim_id__in=keys).values_list("claim_id", flat=True)
    used |= {claim for claim in shown if claim}
    claims = list(Claim.objects.filter(pk__in=keys - used).order_by("pk"))  # locked by the workflow
    ProposedLink.objects.filter(Q(claim__in=keys - used) | Q(other__in=keys - used)).delete()
    for claim in claims:
        claim.appearances.all().delete()
        claim.topics.clear()
        _blank(claim, ReviewedClaim)
        claim.text = PLACEHOLDER
        claim.claimant = None
        claim.save()
    Proposal.objects.filter(Q(claim__in=keys - used) | Q(into__in=keys - used)).update(message="")


def _forget_publisher(publisher: Publisher) -> None:
    """The publisher of an imported review, unless anything else is theirs."""
    if publisher.memberships.exists():
        return
    try:
        publisher.delete()
    except ProtectedError:
        return


def _blank(row: models.Model, part: type[Part]) -> None:
    """Empties every text and every column of the statement, also those that are added to the model later."""
    for field in row._meta.local_fields:
        if isinstance(field, ProseField):
            setattr(row, field.attname, "und" if isinstance(field, LanguageField) else "")
        elif isinstance(field, models.JSONField):
            setattr(row, field.attname, {})
    for name, value in empty_columns(type(row), part).items():
        if name not in ("id", "language"):
            setattr(row, name, value)
