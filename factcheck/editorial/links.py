"""Links that an import proposes and never makes: an imported claim that is probably the same as a published one.

They are looked for after the import, in an order and at a pace of their own (`manage.py propose_links`), because
comparing a claim takes longer than taking it in. An editor accepts or dismisses each.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles, similar_claims
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claim, ImportBatch, Proposal, ProposedLink, User
from factcheck.editorial.models.kinds import Kind
from factcheck.editorial.proposals import merge_policy
from factcheck.record.matching.missing_vectors import ANY
from factcheck.record.models import PublishedClaim, PublishedMerge

_logger = logging.getLogger(__name__)

CHUNK = 50  # claims whose links are kept together
MOST = 3  # links of one claim


def uncompared_batches() -> list[ImportBatch]:
    """Imports at their end with claims that were not compared yet, the oldest first."""
    ended = ImportBatch.objects.filter(proposals__kind=Kind.IMPORT)
    return [batch for batch in ended.order_by("pk") if _rest(batch).exists()]


def count_uncompared(batch: ImportBatch, most: int | None = None) -> int:
    """How many were not compared yet; counted up to `most`, where a page asks."""
    return _rest(batch).order_by()[:most].count()


def propose_links(batch: ImportBatch, progress: Callable[[int], object] | None = None) -> int:
    """Compares the batch's new claims with what is published and returns how many links it proposes.

    Stopped at any time, it goes on where it was. Raises similar.MeaningMissing; what was compared before is kept.
    `progress` is called with the number of claims of each chunk.
    """
    proposed = 0
    while True:
        batch.refresh_from_db(fields=["compared_until"])
        chunk = list(_rest(batch).select_related("review__claim")[:CHUNK])
        if not chunk:
            return proposed
        links, compared, missing = dict[UUID, list[ProposedLink]](), list[Proposal](), None
        for member in chunk:
            assert member.review is not None
            claim = member.review.claim
            try:
                if claim.pk not in links:
                    links[claim.pk] = _links(batch, claim)
            except similar_claims.MeaningNotCompared as problem:
                missing = problem
                break
            compared.append(member)
        if compared:
            proposed += _keep(batch, compared[-1].pk, links)
        if progress:
            progress(len(compared))
        if missing:
            raise missing


@transaction.atomic
def accept_link(*, link: ProposedLink, by: User, note: str = "") -> None:
    """Proposes to merge the claims, for the reason in `note`; a claim that is not public yet is exchanged at once."""
    link = _open(link, by)
    claim, other = link.claim, link.other
    record_event(by, "link.accepted", claim, other=str(other.pk))
    if not is_public(claim):
        merge_policy.replace_claim(claim=claim, replacement=other, by=by)  # takes the link away with the claim
        return
    _answer(link, ProposedLink.Answer.ACCEPTED, by)
    merge_policy.propose_merge(claim=claim, into=other, by=by, note=note)


@transaction.atomic
def dismiss_link(*, link: ProposedLink, by: User) -> None:
    """States that the claims are not the same; the link is not proposed again."""
    link = _open(link, by)
    _answer(link, ProposedLink.Answer.DISMISSED, by)
    record_event(by, "link.dismissed", link.claim, other=str(link.other_id))


def is_public(claim: Claim) -> bool:
    """Whether readers find it, by itself or under the claim into which it was merged."""
    return PublishedClaim.objects.filter(pk=claim.pk).exists() or merge_policy.merge_target(claim) is not None


def open_links(**of: Any) -> QuerySet[ProposedLink]:
    """Those of a batch or a claim that nobody has answered, the likeliest first.

    A claim that was merged meanwhile can go into no other, and no other into it, until it is split off.
    """
    merged = PublishedMerge.objects.filter(until=None, into_id__isnull=False).values("claim_id")
    links = ProposedLink.objects.filter(answer="", **of).exclude(Q(claim__in=merged) | Q(other__in=merged))
    return links.select_related("claim__newsroom", "other__newsroom")


def _rest(batch: ImportBatch) -> QuerySet[Proposal]:
    return batch.members.filter(change_class="", pk__gt=batch.compared_until).order_by("pk")


def _links(batch: ImportBatch, claim: Claim) -> list[ProposedLink]:
    if merge_policy.merge_target(claim):  # what is likest then is the claim that shows it
        return []
    try:
        found = _likely(claim)
    except similar_claims.MeaningNotCompared:
        # All wait for what fails with any text, and none for what fails with this one alone.
        similar_claims.find_similar(ANY)
        try:
            found = _likely(claim)
        except similar_claims.MeaningNotCompared as problem:
            if problem.by_words is None:
                _logger.warning("Claim %s was not compared: %s It is left out.", claim.pk, problem)
            found = problem.by_words or []
    return [ProposedLink(batch=batch, claim=claim, other_id=each.claim_id, score=each.score) for each in found]


def _likely(claim: Claim) -> list[similar_claims.SimilarClaim]:
    return similar_claims.find_similar(claim.text, besides=claim.pk, least=similar_claims.LIKELY, limit=MOST)


@transaction.atomic
def _keep(batch: ImportBatch, until: int, links: Mapping[UUID, list[ProposedLink]]) -> int:
    """Comparing takes long. A decision about the import and its publication wait for this part alone."""
    now = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    held = Claim.objects.select_for_update(no_key=True).filter(pk__in=links).order_by("pk")
    there = {*held.values_list("pk", flat=True)}  # the others were exchanged meanwhile
    if now.compared_until != batch.compared_until:
        return 0  # another run compares the same claims
    before = ProposedLink.objects.filter(claim__in=links).count()
    found = _one_way(chain.from_iterable(links[pk] for pk in links if pk in there))
    ProposedLink.objects.bulk_create(found, ignore_conflicts=True)
    now.compared_until = until
    now.save(update_fields=["compared_until"])
    return ProposedLink.objects.filter(claim__in=links).count() - before


def _one_way(found: Iterable[ProposedLink]) -> list[ProposedLink]:
    """Without those whose reverse was proposed before, or comes before them: that two claims are one is asked once."""
    links = list(found)
    known = set(
        ProposedLink.objects.filter(other__in=[link.claim_id for link in links]).values_list("claim_id", "other_id")
    )
    kept = []
    for link in links:
        if (link.other_id, link.claim_id) not in known:
            known.add((link.claim_id, link.other_id))
            kept.append(link)
    return kept


def _open(link: ProposedLink, by: User) -> ProposedLink:
    # The claims first, by key, as all do: whoever throws one away takes its links with it.
    list(Claim.objects.select_for_update().filter(pk__in=[link.claim_id, link.other_id]).order_by("pk"))
    found = ProposedLink.objects.select_for_update(of=("self",)).select_related("claim", "other").filter(pk=link.pk)
    if (now := found.first()) is None:
        raise EditorialError(_("This is decided already."))
    link = now
    roles.require_member(by, link.claim.newsroom_id)
    if link.answer:
        raise EditorialError(_("This is decided already."))
    return link


def _answer(link: ProposedLink, answer: ProposedLink.Answer, by: User) -> None:
    link.answer, link.answered_by, link.answered_at = answer, by, timezone.now()
    link.save(update_fields=["answer", "answered_by", "answered_at"])
