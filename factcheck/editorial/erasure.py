"""Erasure for a legal reason. The content is deleted everywhere, and the log keeps the legal ground for the erasure.

After an erasure, readers see only the notice. A redaction is an erasure that keeps the current draft, from which
editors have removed the content that must be erased. The draft is then published like any other revision.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import ProtectedError, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial import pictures
from factcheck.editorial.captures.deletion import erase_captures
from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.saved_states import forget_states
from factcheck.editorial.drafts.statement_columns import empty_columns
from factcheck.editorial.errors import Incomplete, RepeatsContent, TooLarge, Undecided, WrongValue
from factcheck.editorial.fields import LanguageField, ProseField
from factcheck.editorial.messages.incidents import erase_incidents
from factcheck.editorial.messages.reader_messages import delete_messages
from factcheck.editorial.models import (
    Claim,
    Claimant,
    Comment,
    EditorialEvent,
    Proposal,
    Publisher,
    ReaderMessage,
    Review,
    WatchedSource,
)
from factcheck.editorial.models.proposals import OF_AN_IMPORT
from factcheck.record.formats.canonical import canonical
from factcheck.record.formats.text import clean_text, find_forbidden
from factcheck.record.models import LogEntry, PublishedReview, RevisionDocument
from factcheck.record.readmodel import bodies
from factcheck.record.readmodel.revisions import notice_in
from factcheck.record.statements.drafts import ReviewToDraft
from factcheck.record.statements.erasure import ErasingNewsroom, Erasure, ErasureNotice, Ground
from factcheck.record.statements.parts import Part, max_length
from factcheck.record.statements.review import ReviewedClaim
from factcheck.record.statements.tombstone import ClaimReference

PLACEHOLDER = "[erased]"  # for columns that must not be empty
MAX_NOTICE = max_length(ErasureNotice, "text")
MIN_REPEATED = 4  # in characters, because shorter names occur in too many words


def find_repeated(text: str, phrases: Iterable[str]) -> str | None:
    """Return the first of these phrases that the text repeats, because readers could still read it after an erasure."""
    text = text.casefold()
    return next((words for words in phrases if len(words) >= MIN_REPEATED and words.casefold() in text), None)


def build_notice(review: Review, ground: str, text: str, *, redact: bool) -> Erasure:
    """Return the statement of an erasure, which contains the public notice but no content of the review.

    Raises EditorialError if the text of the notice is missing or repeats erased content.
    """
    text = clean_text(text)
    if ground not in Ground.values():
        raise Incomplete(_("Choose the ground for the erasure."))
    if not text:
        raise Incomplete(_("Write the public notice. Readers will see the notice in place of the erased review."))
    if len(text) > MAX_NOTICE:
        raise TooLarge(_("The public notice is too long. Shorten it to at most %s characters.") % MAX_NOTICE)
    if forbidden := find_forbidden(text):
        raise WrongValue(_("The character %s can’t be published. Delete the character or retype the text.") % forbidden)
    if repeated := _repeated(review, text, redact=redact):
        raise RepeatsContent(_("The public notice must not repeat erased content. Remove “%s”.") % repeated)
    newsroom = responsible_newsroom(review)
    notice = ErasureNotice.model_construct(ground=ground, text=text, redaction=redact, newsroom=newsroom)
    return Erasure.model_construct(id=str(review.pk), notice=notice, license=settings.LICENSE_URL)


def responsible_newsroom(review: Review) -> ErasingNewsroom:
    """Return the newsroom that is responsible for the erasure, never the publisher of an imported review."""
    return ErasingNewsroom.model_construct(name=review.newsroom.name, site=review.newsroom.site)


def require_decided_imports(review: Review) -> None:
    """Raise Undecided if an import that contains a statement of the review waits for a decision.

    An erasure deletes the digests and salts of the review's statements. Without these, nobody could check the digest of
    the import, or prove that two people have signed the reviews that aren't public yet.
    """
    rest = Proposal.objects.open().filter(OF_AN_IMPORT).values("batch")
    unfinished = Q(decision="") | Q(decision="approved", signatures__isnull=False, batch__in=rest)
    imports = Proposal.objects.filter(unfinished, kind="import", batch__in=review.proposals.values("batch"))
    if (undecided := imports.select_related("batch").first()) is not None:
        raise Undecided(
            _(
                "The import “%s” contains this review and isn’t finished. Return the import, or approve and publish it"
                " first. Nobody could check the import after the erasure."
            )
            % undecided.batch
        )


def warnings(review: Review, *, redact: bool) -> list[str | Promise]:
    """Return sentences for the people who decide on the erasure: what the erasure deletes, and what it can't delete."""
    revisions = RevisionDocument.objects.filter(entry__subject=review.pk).count()
    lost: list[str | Promise] = [
        ngettext(
            "%s published revision will be permanently erased, with all its drafts, messages and notes.",
            "%s published revisions will be permanently erased, with all their drafts, messages and notes.",
            revisions,
        )
        % revisions,
        _("Erased revisions can’t be restored. The log still shows that they existed, with their dates and digests."),
    ]
    if redact:
        lost.append(_("The current draft will not be erased. Read the draft again before you continue."))
    else:
        lost.append(
            _("The draft, its sources, the claim and the claimant will also be erased, unless other reviews use them.")
        )
    if shared := _other_reviews(review.claim, review).count():
        lost.append(
            ngettext(
                "%s other review of the same claim still contains the claim’s text. If the text must be"
                " removed, erase that review too.",
                "%s other reviews of the same claim still contain the claim’s text. If the text must be"
                " removed, erase those reviews too.",
                shared,
            )
            % shared
        )
    lost.append(_("Backups and copies made by other people will not be erased. Ask the site’s operator about backups."))
    return lost


def erase_drafts(review: Review, erasure: Proposal) -> None:
    """Delete the erased content from drafts and their history, in the same transaction as the published content.

    All texts are deleted, but people, actions and times are kept. The trigger was_erased_whole checks the result.
    """
    redact = notice_in(erasure.statement).redaction
    WatchedSource.objects.filter(review=review).delete()
    claims, claimants = claims_of(review), {review.claim.claimant_id} if review.claim.claimant_id else set()
    submitted = [claim for claim in _submitted_claims(review) if isinstance(claim, ReviewedClaim)]
    claimants |= {UUID(claim.claimant.id) for claim in submitted if claim.claimant}
    # The database checks the claims in the submitted statements before it allows this. The statements are therefore
    # deleted afterwards.
    forget_states({review.pk} | claims, erased=review.pk)
    Comment.objects.on_drafts({review.pk} | claims).filter(newsroom=review.newsroom_id).delete()
    earlier = review.proposals.filter(pk__lt=erasure.pk)
    # A statement's digest is unsalted, so somebody could use it to confirm a guess about the erased content.
    earlier.clear()
    # A message about a whole import can repeat the review's text.
    Proposal.objects.filter(kind="import", batch__in=earlier.values("batch")).update(message="")
    # The details of events can repeat the content. The people, the actions and the times are kept.
    events = EditorialEvent.objects.filter(subject=str(review.pk)).exclude(action=LogEntry.Kind.ERASURE)
    events.exclude(detail={}).update(detail={})
    if redact:
        review.state, review.change_class = Review.State.DRAFT, Review.ChangeClass.SUBSTANTIVE
        review.save(update_fields=["state", "change_class"])
        pictures.delete_pictures(review=review)
    else:
        forget_draft(review)
    # Messages from readers and incidents can repeat the erased text. Those of other newsrooms are kept.
    messages = Q(claim__in=claims, newsroom=review.newsroom_id)
    delete_messages(ReaderMessage.objects.filter(Q(review=review) | messages), by=erasure.decided_by)
    erase_incidents(Q(review=review) | messages)
    _forget_claims(claims)
    pictures.delete_dropped_media(claims, review.newsroom_id)
    erase_captures(review, claims)
    # Claimants stay if another draft or a published claim refers to them.
    named = PublishedReview.objects.live().filter(claimant__in=claimants).values("claimant")
    Claimant.objects.filter(pk__in=claimants, claims__isnull=True).exclude(pk__in=named).delete()


def claims_of(review: Review) -> set[UUID]:
    """Return the ids of the review's claim and of all claims in its submitted statements."""
    return {review.claim_id} | {UUID(claim.id) for claim in _submitted_claims(review)}


def _repeated(review: Review, text: str, *, redact: bool) -> str | None:
    """Return the first published phrase that the notice repeats. Phrases that a redacted draft keeps don't count."""
    kept = review_statements.build_statement(review).to_json_object() if redact else ""
    stays = canonical(kept).decode().casefold()
    rows = RevisionDocument.objects.filter(entry__subject=review.pk).select_related("entry").order_by("-entry")
    texts = (words for row in rows for words in _identifying_texts(bodies.any_review(row.checked())))
    return find_repeated(text, (words for words in texts if words.casefold() not in stays))


def _identifying_texts(published: bodies.Kept | bodies.Erasure) -> Iterator[str]:
    texts = [] if isinstance(published, bodies.Erasure) else [published.headline, published.original_url]
    if isinstance(published, bodies.Review):
        claim = published.claim
        texts += [
            published.summary,
            claim.text,
            *(each.text for each in claim.wordings),
            *(appearance.url for appearance in claim.appearances),
        ]
        texts += [claim.claimant.name, *claim.claimant.same_as] if claim.claimant else []
        texts += [
            text for each in published.sources for text in (each.title, each.quote, each.quote_translation, each.url)
        ]
        texts += [text for each in published.replies for text in (each.name, each.description, each.answer)]
    return (text for text in texts if text)


def _other_reviews(claim: Claim, review: Review) -> models.QuerySet[Review]:
    published = PublishedReview.objects.filter(claim_id=claim.pk).values("pk")
    used = Review.objects.filter(Q(claim=claim) | Q(pk__in=published))
    return used.not_erased().exclude(pk=review.pk)


def _submitted_claims(review: Review) -> Iterator[ReviewedClaim | ClaimReference]:
    statements = review.proposals.exclude(statement="").values_list("statement", flat=True)
    return (each.claim for each in map(bodies.any_review, statements) if not isinstance(each, bodies.Erasure))


def forget_draft(review: Review) -> None:
    """Delete the texts of a draft whose row has to stay, because other rows refer to it."""
    review.sources.all().delete()
    review.replies.all().delete()
    # Accounts stay authors, because authors must not approve the review.
    review.authorships.filter(user__isnull=True).delete()
    review.authorships.update(name="")
    publisher = review.publisher
    _empty(review, ReviewToDraft)
    review.verdict = None
    review.import_digest = ""  # somebody could confirm a guess with it, and import_key already prevents another import
    review.publisher_id = review.newsroom_id  # an imported review no longer contains its publisher's text
    review.save()
    pictures.delete_pictures(review=review)
    if publisher.pk != review.newsroom_id:
        _forget_publisher(publisher)


def _forget_claims(keys: set[Any]) -> None:
    """Clear the claims that no other review uses, neither in a draft nor in public."""
    used = set(Review.objects.not_erased().filter(claim__in=keys).values_list("claim", flat=True))
    published = PublishedReview.objects.filter(claim_id__in=keys).values_list("claim_id", flat=True)
    used |= {claim for claim in published if claim}
    claims = list(Claim.objects.filter(pk__in=keys - used).order_by("pk"))  # the workflow has already locked these rows
    for claim in claims:
        claim.appearances.all().delete()
        pictures.delete_pictures(claims=[claim.pk])
        claim.topics.clear()
        _empty(claim, ReviewedClaim)
        claim.text = PLACEHOLDER
        claim.claimant = None
        claim.save()
    Proposal.objects.filter(Q(claim__in=keys - used) | Q(into__in=keys - used)).update(message="")


def _forget_publisher(publisher: Publisher) -> None:
    """Delete the publisher of an imported review, unless other rows refer to the publisher."""
    try:
        publisher.delete()
    except ProtectedError:
        return


def _empty(row: models.Model, part: type[Part]) -> None:
    """Clear every text of the row and every column of the statement.

    The columns come from the model, so columns that are added to it later are cleared too.
    """
    for field in row._meta.local_fields:
        if isinstance(field, ProseField):
            setattr(row, field.attname, "und" if isinstance(field, LanguageField) else "")
        elif isinstance(field, models.JSONField):
            setattr(row, field.attname, {})
    for name, value in empty_columns(type(row), part).items():
        if name not in ("id", "language"):
            setattr(row, name, value)
