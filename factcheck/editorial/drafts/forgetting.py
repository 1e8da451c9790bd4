"""Forgetting of a passage that was never published, for example a source's name that was pasted by mistake.

The passage is removed from the draft, the saved states of all people, submissions, copies and pictures. No record keeps
the passage, so the event says only who has forgotten something. Published text needs an erasure, on which two people
decide (`erasure.py`).
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure, pictures
from factcheck.editorial import models as m
from factcheck.editorial.captures.deletion import delete_captures
from factcheck.editorial.drafts.saved_states import ROWS, Draft, keep_state
from factcheck.editorial.errors import NotFound, WrongState, WrongValue
from factcheck.editorial.events import record_event
from factcheck.editorial.fields import ProseField, RuledField, SeveralWordsField, WebAddressField
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.people import roles
from factcheck.editorial.proposals import workflow
from factcheck.record.formats.text import clean_text, nfc
from factcheck.record.models import PublishedReview, RevisionDocument

OMITTED = "[…]"  # shorter than every passage, so no text becomes too long
OMITTED_URL = "https://omitted.invalid/"  # RFC 2606 reserves the ending, so no site can have this name
_URL = re.compile(r"(?<=[\s(<\[])https?://[^\s<>()\[\]]+")  # a URL within a text
_GAP = r"[\s\u200b\u00ad]+"  # white space, zero-width spaces and soft hyphens
_MODELS = (m.Review, m.Source, m.Reply, m.Authorship, m.Claim, m.Appearance, m.Claimant, m.Demand)


def _is_text(field: Any) -> bool:
    """Return whether people write text into this column. Choices, dates and references aren't text."""
    if isinstance(field, ArrayField):
        return not isinstance(field, SeveralWordsField)
    is_prose = isinstance(field, ProseField) and not isinstance(field, RuledField)
    return is_prose or isinstance(field, models.JSONField | WebAddressField)


_COLUMNS = [field for model in _MODELS for field in model._meta.local_fields]
# The keys of states and statements whose values aren't texts. For example, the passage "video" must not change the
# medium of an appearance.
_FIXED = {field.name for field in _COLUMNS} - {field.name for field in _COLUMNS if _is_text(field)}


class Passage:
    """A passage in any case and with any white space, together with pictures that show it.

    Raise WrongValue if the passage has fewer than `erasure.MIN_REPEATED` characters.
    """

    def __init__(self, text: str, shown: Iterable[m.Picture] = ()) -> None:
        words = [word for word in re.split(_GAP, clean_text(text)) if word]
        if len(" ".join(words)) < erasure.MIN_REPEATED:
            raise WrongValue(
                _("The passage has fewer than %s characters. Enter more of the text around it.") % erasure.MIN_REPEATED
            )
        shows = (rf"!\[[^\]]*\]\(/{re.escape(each.name)}\)" for each in shown)
        self.expression = re.compile("|".join([_GAP.join(map(re.escape, words)), *shows]), re.IGNORECASE)

    def cut(self, value: Any, key: str = "") -> Any:
        """Return the JSON value without the passage. A URL that contains the passage is replaced as a whole."""
        if isinstance(value, dict):
            return {name: self.cut(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.cut(each, key) for each in value]
        if not isinstance(value, str) or key in _FIXED:
            return value
        if re.match(r"https?://\S+\Z", value):
            return OMITTED_URL if self.expression.search(nfc(unquote(value))) else value
        return self.expression.sub(OMITTED, _URL.sub(lambda url: self.cut(url[0]), nfc(value)))

    def is_in(self, value: Any) -> bool:
        """Return whether the JSON value, or a text of the row, contains the passage."""
        value = _texts_of(value) if isinstance(value, models.Model) else value
        return bool(self.cut(value) != value)

    def cut_row(self, row: models.Model) -> None:
        """Remove the passage from the row, and save it."""
        for name, value in self.cut(_texts_of(row)).items():
            setattr(row, name, value)
        row.save()


@dataclass(frozen=True)
class Places:
    """The places where a passage is stored.

    `kept` are copies, pictures and claimants that stay, because a published review or another draft needs them.
    """

    drafts: list[Draft]
    states: list[m.SavedState]
    proposals: list[m.Proposal]
    claimants: list[m.Claimant]
    copies: list[m.Capture]
    pictures: list[m.Picture]
    kept: list[m.Claimant | m.Capture | m.Picture]


def find_places(draft: Draft, text: str, copies: Collection[str] = (), shown: Collection[str] = ()) -> Places:
    """Return the places where the passage is stored.

    `copies` and `shown` are the ids of copies and pictures that a person has chosen. Raise WrongState if the passage
    was published, and NotFound if no place has the passage.
    """
    drafts, pks = _drafts(draft), _claims(draft)
    named = [each for each in pictures_of(draft) if str(each.pk) in shown or each.sha256 in text]
    passage = Passage(text, named)
    documents = _require_unpublished(passage, draft, pks)
    of_drafts = m.SavedState.objects.filter(draft__in=[each.pk for each in drafts])
    states = [each for each in of_drafts if passage.is_in(each.content)]
    claimants = [each for each in _claimants(drafts, states) if passage.is_in(each)]
    found = [each for each in copies_of(draft) if str(each.pk) in copies or passage.is_in(each)]
    kept: list[Any] = [
        *(each for each in claimants if _is_named_elsewhere(each, pks)),
        *(each for each in found if _is_cited_elsewhere(each, draft, pks)),
        *(each for each in named if any(each.sha256.encode() in document for document in documents)),
    ]
    places = Places(
        drafts=[each for each in drafts if any(map(passage.is_in, _rows(each)))],
        states=states,
        proposals=[each for each in _proposals(draft, pks) if _is_in_proposal(passage, each, draft)],
        claimants=[each for each in claimants if each not in kept],
        copies=[each for each in found if each not in kept],
        pictures=[each for each in named if each not in kept],
        kept=kept,
    )
    if not any(vars(places).values()):
        raise NotFound(
            _("This passage wasn’t found in the draft or in anything that belongs to it. Check the spelling.")
        )
    return places


@transaction.atomic
def forget_passage(
    *, draft: Draft, text: str, by: m.User, copies: Collection[str] = (), shown: Collection[str] = ()
) -> Places:
    """Remove the passage from everything that belongs to the draft, and return the places where it was.

    Open submissions with the passage are returned to their submitters. Raise EditorialError if the person can't do this
    or the passage can't be forgotten.
    """
    drafts = _lock(draft)
    require_right(draft, by)
    places = find_places(draft, text, copies, shown)
    for review in {each.review for each in places.proposals if each.review}:
        erasure.require_decided_imports(review)
    passage = Passage(text, places.pictures)
    subjects: dict[Any, Any] = {each.pk: each for each in (*drafts, *(each.subject for each in places.proposals))}
    # The database requires these events before it allows the changes below.
    for subject in subjects.values():
        record_event(by, f"{subject._meta.model_name}.passage_forgotten", subject)
    for proposal in places.proposals:
        workflow.lapse(proposal, by)
    _clear_proposals(passage, places.proposals, subjects)
    for state in places.states:
        m.SavedState.objects.filter(pk=state.pk).update(content=passage.cut(state.content))
    _delete_files(passage, places)
    named = m.Claimant.objects.filter(pk__in=[each.pk for each in places.claimants])
    for claimant in named.select_for_update().order_by("pk"):
        passage.cut_row(claimant)
    changed = {draft.pk, *(each.pk for each in places.drafts), *(state.draft for state in places.states)}
    for each in drafts:
        each.refresh_from_db()
        if each.pk not in changed:
            continue
        for row in _rows(each):
            if row is each or passage.is_in(row):
                passage.cut_row(row)  # the draft's version rises, so an open page can't save the passage again
        keep_state(each, by, m.SavedState.Kind.FORGOTTEN)
    return places


def require_right(draft: Draft, by: m.User) -> None:
    """Raise EditorialError unless the person can forget passages of the draft.

    The check comes before any search, because the search reveals what saved states contain.
    """
    if isinstance(draft, m.Review):
        roles.require_writer(by, draft)
        erasure.require_decided_imports(draft)
    else:
        roles.require_member(by, draft.newsroom_id)


def copies_of(draft: Draft) -> models.QuerySet[m.Capture]:
    """Return the copies that the draft and its claims use or used."""
    uses = Q(reviews=draft.pk) | Q(claims__in=_claims(draft))
    return m.Capture.objects.filter(uses, newsroom=draft.newsroom_id).distinct()


def pictures_of(draft: Draft) -> models.QuerySet[m.Picture]:
    return m.Picture.objects.filter(Q(review=draft.pk) | Q(claim__in=_claims(draft), claim__newsroom=draft.newsroom_id))


def _claims(draft: Draft) -> set[UUID]:
    """Return the ids of the claims that the draft is about, or was once submitted with."""
    return erasure.claims_of(draft) if isinstance(draft, m.Review) else {draft.pk}


def _drafts(draft: Draft) -> list[Draft]:
    """Return the draft and, for a review, its newsroom's claims. Claims come first, as in the lock order."""
    if not isinstance(draft, m.Review):
        return [draft]
    return [*m.Claim.objects.filter(pk__in=_claims(draft), newsroom=draft.newsroom_id).order_by("pk"), draft]


def _rows(draft: Draft) -> Iterator[models.Model]:
    yield draft
    for name in ROWS[type(draft)]:
        yield from getattr(draft, name).all()
    yield from m.Comment.objects.on_drafts([draft.pk])


def _texts_of(row: models.Model) -> dict[str, str | list[str]]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.local_fields if _is_text(field)}


def _lock(draft: Draft) -> list[Draft]:
    """Lock everything that the removal changes, in the order that `Policy` describes."""
    drafts, claims = _drafts(draft), _claims(draft)
    reviews = m.Review.objects.filter(Q(claim__in=claims) | Q(pk=draft.pk))
    batches = m.ImportBatch.objects.filter(pk__in=m.Proposal.objects.filter(review__in=reviews).values("batch"))
    own: Any = (m.Claim.objects.filter(pk__in=claims), reviews, m.Demand.objects.filter(pk=draft.pk))
    for rows in (batches, *own):
        list(rows.select_for_update().order_by("pk").values_list("pk"))
    for each in drafts:
        each.refresh_from_db()
    return drafts


def _require_unpublished(passage: Passage, draft: Draft, claims: Collection[UUID]) -> list[bytes]:
    """Return the published documents of the draft and its claims. Raise WrongState if one contains the passage."""
    about = PublishedReview.objects.filter(Q(claim_id__in=claims) | Q(earlier_claims__overlap=list(claims)))
    reviews = {draft.pk, *about.values_list("id", flat=True)}
    documents = []
    for row in RevisionDocument.objects.filter(entry__subject__in=reviews).select_related("entry"):
        content = json.loads(row.checked())
        if passage.is_in(content if row.entry.subject == draft.pk else content.get("claim")):
            raise WrongState(
                _(
                    "This passage has been published, so it can’t be forgotten here. Only an erasure removes it, and"
                    " two people decide on an erasure."
                )
            )
        documents.append(bytes(row.document))
    return documents


def _proposals(draft: Draft, claims: Collection[UUID]) -> models.QuerySet[m.Proposal]:
    """Return the unpublished proposals whose statements contain the draft or its claims.

    Proposals to withdraw, erase or reinstate a review are left out. They are other people's words, and somebody decides
    on them.
    """
    reviews = Q(review=draft.pk) | Q(review__claim__in=claims)
    about = Q(demand=draft.pk) | reviews & Q(action=Action.PUBLICATION)
    return m.Proposal.objects.filter(about, entry__isnull=True).exclude(statement="").order_by("pk")


def _is_in_proposal(passage: Passage, proposal: m.Proposal, draft: Draft) -> bool:
    if proposal.subject_id != draft.pk:  # the proposal is about another review of the same claim
        return passage.is_in(proposal.content.get("claim"))
    return passage.is_in([proposal.content, proposal.note, proposal.message])


def _clear_proposals(passage: Passage, proposals: list[m.Proposal], subjects: Collection[UUID]) -> None:
    """Clear the submissions as an erasure does, and the details of events that could reveal the passage.

    Such details repeat the passage, or contain the digest of a cleared submission. Somebody could guess the passage and
    confirm the guess with the digest.
    """
    m.Proposal.objects.filter(pk__in=[each.pk for each in proposals]).clear()
    digests = {each.digest for each in proposals}
    about = Q(review__in=subjects) | Q(demand__in=subjects) | Q(claim__in=subjects)
    published = set(m.Proposal.objects.filter(about, entry__isnull=False).values_list("digest", flat=True))
    for event in m.EditorialEvent.objects.filter(subject__in=map(str, subjects)).exclude(detail={}):
        digest = event.detail.pop("digest", None)
        if digest in published or "sequence" in event.detail:
            continue  # the public record refers to this event
        if passage.is_in(event.detail) or digest in digests:
            m.EditorialEvent.objects.filter(pk=event.pk).update(detail={})


def _claimants(drafts: Iterable[Draft], states: Iterable[m.SavedState]) -> models.QuerySet[m.Claimant]:
    """Return the claimants that the claims have or had."""
    keys = {each.claimant_id for each in drafts if isinstance(each, m.Claim)}
    keys |= {state.content.get("claimant") for state in states}
    return m.Claimant.objects.filter(pk__in=[key for key in keys if key])


def _is_named_elsewhere(claimant: m.Claimant, claims: Collection[UUID]) -> bool:
    published = PublishedReview.objects.filter(claimant=claimant.pk).exclude(claim_id__in=claims)
    return claimant.claims.exclude(pk__in=claims).exists() or published.exists()


def _is_cited_elsewhere(capture: m.Capture, draft: Draft, claims: Collection[UUID]) -> bool:
    """Return whether another draft uses the copy, or a published document names it."""
    documents = RevisionDocument.objects.filter(entry__subject__in=m.Review.objects.citing(capture).values("pk"))
    if capture.sha256 and any(capture.sha256.encode() in bytes(row.document) for row in documents):
        return True
    sources, appearances = capture.sources.exclude(review=draft.pk), capture.appearances.exclude(claim__in=claims)
    return sources.exists() or appearances.exists()


def _delete_files(passage: Passage, places: Places) -> None:
    """Delete copies, pictures and their files.

    If a draft or state refers to a copy, a failure with the same id replaces the copy. Otherwise, the site would copy
    the page again.
    """
    uses: list[tuple[m.Capture, list[Any], list[m.Review], list[m.Claim]]] = [
        (each, [*each.sources.all(), *each.appearances.all()], [*each.reviews.all()], [*each.claims.all()])
        for each in places.copies
    ]
    for model in (m.Source, m.Appearance):
        model._default_manager.filter(capture__in=places.copies).update(capture=None)
    delete_captures(places.copies)
    for old, rows, reviews, claims in uses:
        new = m.Capture(pk=old.pk, newsroom=old.newsroom, url=passage.cut(old.url), requested_by=old.requested_by)
        new.origin, new.state, new.failure = old.origin, m.Capture.State.FAILED, m.Capture.Failure.FORGOTTEN
        new.save(force_insert=True)
        new.reviews.set(reviews)  # otherwise a copy that only a state names would be deleted and made again
        new.claims.set(claims)
        for row in rows:
            type(row)._default_manager.filter(pk=row.pk).update(capture=new)
    media = m.Appearance.objects.filter(claim__in=[each.claim_id for each in places.pictures])
    media.filter(media_sha256__in=[each.sha256 for each in places.pictures]).update(media_sha256="")
    pictures.delete_rows(m.Picture.objects.filter(pk__in=[each.pk for each in places.pictures]))
