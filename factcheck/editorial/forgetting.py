"""Forgets a passage that was never published, for example a source's name that was pasted by mistake.

The passage is removed from the draft, from the saved states of all people, from submissions, copies and pictures. It is
stored nowhere else, so the event says only who has forgotten something. Published text needs an erasure instead, which
two people decide on (`erasure.py`).
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from factcheck.editorial import erasure, pictures
from factcheck.editorial.captures.deletion import delete_captures
from factcheck.editorial.drafts.saved_states import ROWS, Draft, keep_state
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_event
from factcheck.editorial.fields import ProseField, RuledField, SeveralWordsField, WebAddressField
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Capture,
    Claim,
    Claimant,
    Demand,
    EditorialEvent,
    ImportBatch,
    Picture,
    Proposal,
    Review,
    SavedState,
    Source,
    User,
)
from factcheck.editorial.people import roles
from factcheck.editorial.proposals import workflow
from factcheck.record.formats.text import clean_text, nfc
from factcheck.record.models import PastReview, PublishedReview, RevisionDocument

OMITTED = "[…]"  # shorter than every passage, so no text becomes too long
OMITTED_URL = "https://omitted.invalid/"  # no site can have this name (RFC 2606)
_GAP = r"[\s\u200b\u00ad]+"  # white space, and characters that nobody sees
_MODELS = (Review, Source, Authorship, Claim, Appearance, Claimant, Demand)


class PublishedPassage(EditorialError):
    """The passage has been published. `review` is a review that an erasure can remove, or None for a demand."""

    def __init__(self, message: str, review: UUID | None) -> None:
        super().__init__(message)
        self.review = review


@dataclass(frozen=True)
class Passage:
    """The words of a passage, in any case and with any white space, and pictures that show it."""

    expression: re.Pattern[str]

    def cut(self, value: Any, key: str = "") -> Any:
        """The JSON value without the passage. A URL that contains the passage is replaced as a whole."""
        if isinstance(value, dict):
            return {name: self.cut(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.cut(each, key) for each in value]
        if not isinstance(value, str) or key in _FIXED:
            return value
        if re.match(r"https?://\S+\Z", value):
            return OMITTED_URL if self.expression.search(nfc(unquote(value))) else value
        return self.expression.sub(OMITTED, nfc(value))

    def is_in(self, value: Any) -> bool:
        return bool(self.cut(value) != value)

    def is_in_row(self, row: models.Model) -> bool:
        return self.is_in(_texts_of(row))

    def cut_row(self, row: models.Model) -> None:
        """Removes the passage from the row, and saves it."""
        for name, value in self.cut(_texts_of(row)).items():
            setattr(row, name, value)
        row.save()


@dataclass(frozen=True)
class Places:
    """Where a passage is stored. `copies` and `pictures` also contain those that the person has chosen.

    `kept` are copies, pictures and claimants that contain the passage or were chosen, but that others need too.
    """

    drafts: list[Draft]
    states: list[SavedState]
    proposals: list[Proposal]
    claimants: list[Claimant]
    copies: list[Capture]
    pictures: list[Picture]
    kept: list[Capture | Picture | Claimant]

    @property
    def is_empty(self) -> bool:
        return not any(vars(self)[name] for name in vars(self))


def read_passage(text: str, shown: Iterable[Picture] = ()) -> Passage:
    """Raises EditorialError if the passage is too short to be searched."""
    words = [word for word in re.split(_GAP, clean_text(text)) if word]
    if sum(map(len, words)) < erasure.MIN_REPEATED:
        raise EditorialError(
            _("The passage has fewer than %s characters. Enter more of the text around it.") % erasure.MIN_REPEATED
        )
    parts = [_GAP.join(map(re.escape, words)), *(rf"!\[[^\]]*\]\(/{re.escape(each.name)}\)" for each in shown)]
    return Passage(re.compile("|".join(parts), re.IGNORECASE))


def find_places(draft: Draft, text: str, copies: Collection[str] = (), shown: Collection[str] = ()) -> Places:
    """Finds the passage. Raises EditorialError if it was published or isn't found.

    `copies` and `shown` are ids of copies and pictures of the draft that the person has chosen, because a program can't
    read a picture.
    """
    drafts = _drafts(draft)
    claims = [each.pk for each in drafts if isinstance(each, Claim)]
    files = list(pictures_of(draft))
    named = [each for each in files if str(each.pk) in shown or each.sha256 in text]
    passage = read_passage(text, named)
    documents = _require_unpublished(passage, draft, claims)
    states = [state for state in SavedState.objects.filter(draft__in=[each.pk for each in drafts])
              if passage.is_in(state.content)]  # fmt: skip
    proposals = [each for each in _proposals(draft, claims) if _is_in_proposal(passage, each, draft)]
    claimants = [each for each in _claimants(drafts, states) if passage.is_in_row(each)]
    found = [each for each in copies_of(draft) if str(each.pk) in copies or passage.is_in_row(each)]
    kept: list[Capture | Picture | Claimant] = [
        *(each for each in claimants if _is_needed_elsewhere(each, claims)),
        *(each for each in found if _is_cited_elsewhere(each, draft, claims)),
        *(each for each in named if any(each.sha256.encode() in document for document in documents)),
    ]
    places = Places(
        drafts=[each for each in drafts if any(map(passage.is_in_row, _rows(each)))],
        states=states,
        proposals=proposals,
        claimants=[each for each in claimants if each not in kept],
        copies=[each for each in found if each not in kept],
        pictures=[each for each in named if each not in kept],
        kept=kept,
    )
    if places.is_empty:
        raise EditorialError(
            _("This passage wasn’t found in the draft or in anything that belongs to it. Check the spelling.")
        )
    return places


@transaction.atomic
def forget_passage(
    *, draft: Draft, text: str, by: User, copies: Collection[str] = (), shown: Collection[str] = ()
) -> Places:
    """Removes the passage from everything that belongs to the draft. Open submissions with the passage are returned.

    Raises EditorialError. The places that are returned are those before the removal.
    """
    drafts = _lock(draft)
    if isinstance(draft, Review):
        roles.require_writer(by, draft)
        erasure.require_decided_imports(draft)
    else:
        roles.require_member(by, draft.newsroom_id)
    places = find_places(draft, text, copies, shown)
    passage = read_passage(text, places.pictures)
    subjects: dict[Any, Any] = {each.pk: each for each in (*drafts, *(each.subject for each in places.proposals))}
    # The database requires these events before it allows the changes below.
    for subject in subjects.values():
        record_event(by, f"{subject._meta.model_name}.passage_forgotten", subject)
    for proposal in places.proposals:
        workflow.lapse(proposal, by)
    _clear_proposals(passage, places.proposals, subjects)
    for state in places.states:
        SavedState.objects.filter(pk=state.pk).update(content=passage.cut(state.content))
    _delete_files(passage, places)
    for claimant in places.claimants:
        passage.cut_row(claimant)
    for subject in subjects.values():
        erasure.clear_admin_log(type(subject), {subject.pk})
    erasure.clear_admin_log(Claimant, {each.pk for each in places.claimants})
    for each in drafts:
        each.refresh_from_db()
        for row in _rows(each):
            if passage.is_in_row(row) or row is each:
                passage.cut_row(row)  # the draft's version rises, so an open page can't save the passage again
        keep_state(each, by, SavedState.Kind.FORGOTTEN)
    return places


def copies_of(draft: Draft) -> models.QuerySet[Capture]:
    """The copies that the draft uses or used."""
    uses = {Review: Q(reviews=draft.pk), Claim: Q(claims=draft.pk)}
    if isinstance(draft, Demand):
        return Capture.objects.none()
    if isinstance(draft, Review):
        uses[Review] |= Q(claims__in=erasure.claims_of(draft))
    return Capture.objects.filter(uses[type(draft)], newsroom=draft.newsroom_id).distinct()


def pictures_of(draft: Draft) -> models.QuerySet[Picture]:
    """The pictures and videos of the draft and, for a review, of its claims."""
    if isinstance(draft, Review):
        return Picture.objects.filter(Q(review=draft) | Q(claim__in=erasure.claims_of(draft)))
    return Picture.objects.filter(claim=draft.pk)


def _texts_of(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.local_fields if _is_text(field)}


def _is_text(field: Any) -> bool:
    """Whether people write text into this column, as opposed to a choice, a date or a reference."""
    if isinstance(field, ArrayField):
        return not isinstance(field, SeveralWordsField)
    return isinstance(field, models.JSONField | WebAddressField) or (
        isinstance(field, ProseField) and not isinstance(field, RuledField)
    )


_TEXTS = {field.name for model in _MODELS for field in model._meta.local_fields if _is_text(field)}
# The keys of states and statements whose values aren't texts. A passage such as "video" must not change them.
_FIXED = {field.name for model in _MODELS for field in model._meta.local_fields} - _TEXTS


def _drafts(draft: Draft) -> list[Draft]:
    """The draft and, for a review, its newsroom's claims that the review is or was about. Claims come first."""
    if not isinstance(draft, Review):
        return [draft]
    return [*Claim.objects.filter(pk__in=erasure.claims_of(draft), newsroom=draft.newsroom_id).order_by("pk"), draft]


def _lock(draft: Draft) -> list[Draft]:
    """Locks everything that the removal changes, in the order that `Policy` describes."""
    drafts = _drafts(draft)
    claims = [each.pk for each in drafts if isinstance(each, Claim)]
    reviews = Review.objects.filter(Q(claim__in=claims) | Q(pk=draft.pk))
    batches = ImportBatch.objects.filter(proposals__review__in=reviews.values("pk"))
    for rows in (
        ImportBatch.objects.filter(pk__in=batches.values("pk")),
        Claim.objects.filter(pk__in=claims),
        reviews,
        Demand.objects.filter(pk=draft.pk),
    ):
        list(rows.select_for_update().order_by("pk").values_list("pk"))
    for each in drafts:
        each.refresh_from_db()
    return drafts


def _rows(draft: Draft) -> Iterator[models.Model]:
    yield draft
    for name in ROWS[type(draft)]:
        yield from getattr(draft, name).all()


def _require_unpublished(passage: Passage, draft: Draft, claims: Collection[UUID]) -> list[bytes]:
    """The published documents of the draft and its claims. Raises PublishedPassage if one contains the passage."""
    reviews = {pk for model in (PublishedReview, PastReview)
               for pk in model._default_manager.filter(claim_id__in=claims).values_list("id", flat=True)}  # fmt: skip
    rows = RevisionDocument.objects.filter(entry__subject__in={draft.pk, *reviews}).select_related("entry")
    for row in rows:
        if passage.is_in(row.parsed() if row.entry.subject == draft.pk else row.parsed().get("claim")):
            raise PublishedPassage(
                _(
                    "This passage has been published, so it can’t be forgotten here. Only an erasure removes it, and"
                    " two people decide on an erasure."
                ),
                None if isinstance(draft, Demand) else row.entry.subject,
            )
    return [bytes(row.document) for row in rows]


def _proposals(draft: Draft, claims: Collection[UUID]) -> models.QuerySet[Proposal]:
    """The unpublished proposals about the draft, or about reviews whose statements contain its claims."""
    about = Q(review=draft.pk) | Q(demand=draft.pk) | Q(review__claim__in=claims)
    return Proposal.objects.filter(about, entry__isnull=True).exclude(statement="").order_by("pk")


def _is_in_proposal(passage: Passage, proposal: Proposal, draft: Draft) -> bool:
    if proposal.subject_id != draft.pk:  # another review of the same claim
        return passage.is_in(proposal.content.get("claim"))
    return passage.is_in([proposal.content, proposal.note, proposal.message])


def _clear_proposals(passage: Passage, proposals: list[Proposal], subjects: Collection[Any]) -> None:
    """Clears the submissions like an erasure, and the details of events that repeat the passage or their digests."""
    Proposal.objects.filter(pk__in=[each.pk for each in proposals]).update(
        statement="", note="", message="", digest="0" * 64
    )
    digests = {each.digest for each in proposals}
    for event in EditorialEvent.objects.filter(subject__in=map(str, subjects)).exclude(detail={}):
        if passage.is_in(event.detail) or event.detail.get("digest") in digests:
            EditorialEvent.objects.filter(pk=event.pk).update(detail={})


def _claimants(drafts: Iterable[Draft], states: Iterable[SavedState]) -> models.QuerySet[Claimant]:
    """The claimants that the claims have or had."""
    keys = {each.claimant_id for each in drafts if isinstance(each, Claim)}
    keys |= {UUID(key) for state in states if (key := state.content.get("claimant"))}
    return Claimant.objects.filter(pk__in=[key for key in keys if key])


def _is_needed_elsewhere(claimant: Claimant, claims: Collection[UUID]) -> bool:
    return (
        claimant.claims.exclude(pk__in=claims).exists() or PublishedReview.objects.filter(claimant=claimant.pk).exists()
    )


def _is_cited_elsewhere(capture: Capture, draft: Draft, claims: Collection[UUID]) -> bool:
    """Whether another draft uses the copy, or a published document names it."""
    documents = RevisionDocument.objects.filter(entry__subject__in=Review.objects.citing(capture).values("pk"))
    if capture.sha256 and any(capture.sha256.encode() in bytes(row.document) for row in documents):
        return True
    sources, appearances = capture.sources.exclude(review=draft.pk), capture.appearances.exclude(claim__in=claims)
    return sources.exists() or appearances.exists()


def _delete_files(passage: Passage, places: Places) -> None:
    """Deletes copies, pictures and their files.

    A copy that a draft or state refers to is replaced by a failure with the same id, so the page isn't copied again.
    """
    uses: list[tuple[Capture, Iterable[Source | Appearance]]] = [
        (each, [*each.sources.all(), *each.appearances.all()]) for each in places.copies
    ]
    for model in (Source, Appearance):
        model._default_manager.filter(capture__in=places.copies).update(capture=None)
    delete_captures(places.copies)
    for old, rows in uses:
        new = Capture(pk=old.pk, newsroom=old.newsroom, url=passage.cut(old.url), requested_by=old.requested_by)
        new.origin, new.state, new.failure = old.origin, Capture.State.FAILED, Capture.Failure.FORGOTTEN
        new.save(force_insert=True)
        for row in rows:
            type(row)._default_manager.filter(pk=row.pk).update(capture=new)
    media = Q(claim__in=[each.claim_id for each in places.pictures])
    hashes = [each.sha256 for each in places.pictures]
    Appearance.objects.filter(media, media_sha256__in=hashes).update(media_sha256="")
    pictures.delete_rows(Picture.objects.filter(pk__in=[each.pk for each in places.pictures]))
