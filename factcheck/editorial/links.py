"""Proposed links between an imported claim and a published claim that are probably the same.

`manage.py propose_links` looks for links after the import, because comparing claims takes longer than importing them.
An editor accepts or dismisses each link.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles, similar_claims
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claim, ImportBatch, Proposal, ProposedLink, User
from factcheck.editorial.models.kinds import Kind
from factcheck.editorial.proposals import merge_policy
from factcheck.record.matching.missing_vectors import TEST_TEXT
from factcheck.record.models import PublishedClaim

_logger = logging.getLogger(__name__)

CHUNK = 50  # the number of claims whose links are saved together
MAX_LINKS = 3  # the maximum number of links per claim


def uncompared_batches() -> list[ImportBatch]:
    """Finished imports with claims that haven't been compared yet, oldest first."""
    ended = ImportBatch.objects.filter(proposals__kind=Kind.IMPORT)
    return [batch for batch in ended.order_by("pk") if batch.uncompared.exists()]


def propose_links(batch: ImportBatch, progress: Callable[[int], object] | None = None) -> int:
    """Compares the batch's new claims with published claims, and returns the number of proposed links.

    A later run continues where an interrupted run stopped. The results so far are kept if this function raises
    MeaningNotCompared. `progress` is called with the number of claims in each chunk.
    """
    proposed = 0
    while True:
        batch.refresh_from_db(fields=["compared_until"])
        chunk = list(batch.uncompared.select_related("review__claim")[:CHUNK])
        if not chunk:
            return proposed
        links, compared, missing = dict[UUID, list[ProposedLink]](), list[Proposal](), None
        for member in chunk:
            assert member.review is not None
            claim = member.review.claim
            try:
                if claim.pk not in links:
                    links[claim.pk] = _find_links(batch, claim)
            except similar_claims.MeaningNotCompared as problem:
                missing = problem
                break
            compared.append(member)
        if compared:
            proposed += _save(batch, compared[-1].pk, links)
        if progress:
            progress(len(compared))
        if missing:
            raise missing


@transaction.atomic
def accept_link(*, link: ProposedLink, by: User, note: str = "") -> None:
    """Proposes to merge the claims, with `note` as the reason. An unpublished claim is replaced immediately."""
    link = _lock_open(link, by)
    claim, other = link.claim, link.other
    record_event(by, "link.accepted", claim, other=str(other.pk))
    if not is_public(claim):
        merge_policy.replace_claim(claim=claim, replacement=other, by=by)  # deletes the claim together with its links
        return
    _answer(link, ProposedLink.Answer.ACCEPTED, by)
    merge_policy.propose_merge(claim=claim, into=other, by=by, note=note)


@transaction.atomic
def dismiss_link(*, link: ProposedLink, by: User) -> None:
    """Records that the claims aren't the same. The link won't be proposed again."""
    link = _lock_open(link, by)
    _answer(link, ProposedLink.Answer.DISMISSED, by)
    record_event(by, "link.dismissed", link.claim, other=str(link.other_id))


def is_public(claim: Claim) -> bool:
    """Whether readers can find the claim on its own page, or on the page of its merge target."""
    return PublishedClaim.objects.filter(pk=claim.pk).exists() or merge_policy.merge_target(claim) is not None


def _find_links(batch: ImportBatch, claim: Claim) -> list[ProposedLink]:
    if merge_policy.merge_target(claim):  # the merge target would be the most similar claim
        return []
    try:
        found = _likely(claim)
    except similar_claims.MeaningNotCompared:
        # If a test text fails too, all claims have to wait. If only this claim fails, it is compared by words.
        similar_claims.find_similar(TEST_TEXT)
        try:
            found = _likely(claim)
        except similar_claims.MeaningNotCompared as problem:
            if problem.by_words is None:
                _logger.warning("Claim %s was not compared: %s It is left out.", claim.pk, problem)
            found = problem.by_words or []
    return [ProposedLink(batch=batch, claim=claim, other_id=each.claim_id, score=each.score) for each in found]


def _likely(claim: Claim) -> list[similar_claims.SimilarClaim]:
    return similar_claims.find_similar(claim.text, exclude=claim.pk, likely_only=True, limit=MAX_LINKS)


@transaction.atomic
def _save(batch: ImportBatch, until: int, links: Mapping[UUID, list[ProposedLink]]) -> int:
    """Saves the links in a short transaction, because decisions on the import have to wait for it."""
    now = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    locked = Claim.objects.select_for_update(no_key=True).filter(pk__in=links).order_by("pk")
    remaining = {*locked.values_list("pk", flat=True)}  # the other claims have been replaced in the meantime
    if now.compared_until != batch.compared_until:
        return 0  # another run is comparing the same claims
    before = ProposedLink.objects.filter(claim__in=links).count()
    found = _without_reverse(chain.from_iterable(links[pk] for pk in links if pk in remaining))
    ProposedLink.objects.bulk_create(found, ignore_conflicts=True)
    now.compared_until = until
    now.save(update_fields=["compared_until"])
    return ProposedLink.objects.filter(claim__in=links).count() - before


def _without_reverse(found: Iterable[ProposedLink]) -> list[ProposedLink]:
    """The links without those already proposed in the opposite direction, so that each pair is proposed only once."""
    links = list(found)
    known = set(
        ProposedLink.objects.filter(other__in=[link.claim_id for link in links]).values_list("claim_id", "other_id")
    )
    unique = []
    for link in links:
        if (link.other_id, link.claim_id) not in known:
            known.add((link.claim_id, link.other_id))
            unique.append(link)
    return unique


def _lock_open(link: ProposedLink, by: User) -> ProposedLink:
    # Lock claims first, in primary-key order, because deleting a claim deletes its links.
    list(Claim.objects.select_for_update().filter(pk__in=[link.claim_id, link.other_id]).order_by("pk"))
    found = ProposedLink.objects.select_for_update(of=("self",)).select_related("claim", "other").filter(pk=link.pk)
    if (now := found.first()) is None:
        raise EditorialError(_("This has already been decided. Reload the page to see the decision."))
    link = now
    roles.require_member(by, link.claim.newsroom_id)
    if link.answer:
        raise EditorialError(_("This has already been decided. Reload the page to see the decision."))
    return link


def _answer(link: ProposedLink, answer: ProposedLink.Answer, by: User) -> None:
    link.answer, link.answered_by, link.answered_at = answer, by, timezone.now()
    link.save(update_fields=["answer", "answered_by", "answered_at"])
