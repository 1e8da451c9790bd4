"""The verbs of claims that are the same: one is shown under the other, until a split takes that back.

As `workflow` for reviews: each verb takes `by`, checks that person's membership, locks the claims, runs in one
transaction, and raises an EditorialError whose text says what to do. Who proposes and who decides: ADR 13.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import documents, erasure, roles
from factcheck.editorial.errors import EditorialError, NotAllowed, asking_the_record
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claim, ClaimMerge, ReaderMessage, Review, User
from factcheck.editorial.models.approvals import Decision
from factcheck.record import log, publish
from factcheck.record.canonical import canonical, sha256_hex
from factcheck.record.models import LogEntry, PublishedClaim, PublishedMerge

Action = ClaimMerge.Action
_KINDS = {Action.MERGE: LogEntry.Kind.CLAIM_MERGE, Action.SPLIT: LogEntry.Kind.CLAIM_SPLIT}


def statement(merge: ClaimMerge) -> dict[str, Any]:
    """What the log says of it. Without the claims' words, which may have to be erased one day; the log's stay."""
    other = "into" if merge.action == Action.MERGE else "from"
    return {
        "id": str(merge.claim_id),
        other: {"id": str(merge.into_id)},
        "publisher": documents.publisher(merge.newsroom),
        "license": settings.LICENSE_URL,
    }


@transaction.atomic
def propose_merge(*, claim: Claim, into: Claim, by: User, note: str) -> ClaimMerge:
    """Proposes that `claim` says the same as `into`, under which readers find it then. The note is public."""
    if claim.pk == into.pk:
        raise EditorialError(_("This is the same claim. Choose another one."))
    claim, into = _locked(claim, into)
    if merged_into(claim):
        raise EditorialError(_("This claim is merged into another one already. Split it off first."))
    if merged_into(into):
        raise EditorialError(_("The claim that you chose is merged into another one itself. Choose that one."))
    if not PublishedClaim.objects.filter(pk=claim.pk).exists():
        raise EditorialError(
            _("This claim is not public. Give its drafts the other claim instead: open each review and choose it.")
        )
    if not PublishedClaim.objects.live().filter(pk=into.pk).exists():
        raise EditorialError(_("Readers can only be led to a claim with a published review. Choose such a claim."))
    return _propose(ClaimMerge(action=Action.MERGE, claim=claim, into=into, submitted_by=by, note=note))


@transaction.atomic
def propose_split(*, claim: Claim, by: User, note: str) -> ClaimMerge:
    """Proposes that a merged claim stands by itself again. The note is public."""
    standing = merged_into(claim)
    if standing is None:
        raise EditorialError(_("Only a claim that is merged into another one can be split off."))
    claim, into = _locked(claim, standing)
    return _propose(ClaimMerge(action=Action.SPLIT, claim=claim, into=into, submitted_by=by, note=note))


@transaction.atomic
def return_merge(*, merge: ClaimMerge, by: User, reason: str = "") -> ClaimMerge:
    """Refuses the proposal, with a reason; whoever made it can take it back without one."""
    merge = _open(merge)
    newsroom = merge.newsroom_id if by.pk == merge.submitted_by_id else merge.deciding
    asked = _("Write why not, so that your colleague can go on.")
    roles.require_returner(by, merge.submitted_by_id, newsroom, reason, asked)
    merge.decide(Decision.RETURNED, by, reason)
    # Without the reason, which may say what has to be erased one day: events are kept for ever.
    record_event(by, f"{merge.action}.returned", merge.claim)
    return merge


@transaction.atomic
def approve_merge(*, merge: ClaimMerge, by: User, digest: str) -> LogEntry:
    """Approves what was on the screen, named by its digest; it takes effect at once."""
    with asking_the_record():
        log.hold()  # before the claims, as an erasure holds them: in opposite orders each would wait for the other
    merge = _open(merge)
    roles.require_decider(by, merge.deciding)
    if by.pk == merge.submitted_by_id:
        raise NotAllowed(_("You proposed this yourself; somebody else has to decide."))
    if digest != merge.digest or canonical(statement(merge)).decode() != merge.statement:
        raise EditorialError(_("This is not what you read any more. Return it; it has to be proposed anew."))
    into_is_live = PublishedClaim.objects.live().filter(pk=merge.into_id).exists()
    if merge.action == Action.MERGE and not into_is_live:
        raise EditorialError(_("Readers can only be led to a claim with a published review. Return this proposal."))
    merge.decide(Decision.APPROVED, by)
    said = documents.statement_of(merge.statement.encode())
    with asking_the_record():
        (entry,) = publish.publish(
            [log.Publication(UUID(str(merge.claim_id)), said, _KINDS[Action(merge.action)], note=merge.note)]
        )
    merge.entry = entry
    merge.save(update_fields=["entry"])
    record_event(by, entry.kind, merge.claim, sequence=entry.sequence, into=str(merge.into_id))
    return entry


@transaction.atomic
def use_instead(*, claim: Claim, instead: Claim, by: User) -> int:
    """Gives the drafts of a claim that is not public another claim, and throws the first away. Returns how many."""
    if claim.pk == instead.pk:
        raise EditorialError(_("This is the same claim. Choose another one."))
    claim, instead = _locked(claim, instead)
    if claim.logged_by_id == by.pk:
        roles.require_member(by, claim.newsroom_id)
    else:
        roles.require_decider(by, claim.newsroom_id)
    was_public = PublishedClaim.objects.filter(pk=claim.pk).exists()
    if was_public or LogEntry.objects.filter(subject__in=claim.reviews.values("pk")).exists():
        raise EditorialError(_("This claim has been published. Propose that it is the same as the other one."))
    if claim.merges.exists() or claim.merges_into.exists():
        raise EditorialError(
            _("This claim was proposed for a merge once, so it stays. Open each of its drafts and choose the other.")
        )
    is_live = PublishedClaim.objects.live().filter(pk=instead.pk).exists()
    if not is_live and roles.role_in(by, instead.newsroom) is None:
        raise NotAllowed(_("That claim is another newsroom’s draft."))
    if merged_into(instead):
        raise EditorialError(_("The claim that you chose is merged into another one itself. Choose that one."))
    reviews = list(claim.reviews.select_for_update().order_by("pk"))
    for review in reviews:
        roles.require_writer(by, review)
        if review.state != Review.State.DRAFT:
            raise EditorialError(
                _("A review of this claim is submitted or approved. Have it returned first, or publish it.")
            )
    for review in reviews:
        review.claim = instead
        review.save(update_fields=["claim", "changed_at"])
        record_event(by, "review.claim_changed", review, claim=str(instead.pk))
    ReaderMessage.objects.filter(claim=claim).update(claim=instead)
    record_event(by, "claim.exchanged", claim, instead=str(instead.pk))
    claim.delete()
    return len(reviews)


def merged_into(claim: Claim) -> Claim | None:
    """The claim into which this one is merged now."""
    return Claim.objects.filter(
        pk__in=PublishedMerge.objects.filter(claim_id=claim.pk, until=None, into_id__isnull=False).values("into_id")
    ).first()


def last_merged_into(claim: Claim) -> Claim | None:
    """The claim into which this one was merged last, split off since or not."""
    last = claim.merges.filter(action=Action.MERGE, entry__isnull=False).select_related("into").first()
    return last.into if last else None


def merged_here(claim: Claim) -> list[Claim]:
    """The claims that were merged into this one and are not split off."""
    merged = PublishedMerge.objects.filter(into_id=claim.pk, until=None).values("claim_id")
    return list(Claim.objects.filter(pk__in=merged).order_by("pk"))


def is_proposed(claim: Claim) -> bool:
    """Whether a proposal to merge it or to split it off waits, beside which there is no other."""
    return ClaimMerge.objects.filter(claim=claim, decision="").exists()


def open_merges(claim: Claim) -> list[ClaimMerge]:
    """What waits for a decision, of this claim and of others that are to go into it or come out of it."""
    found = ClaimMerge.objects.filter(Q(claim=claim) | Q(into=claim), decision="")
    return list(found.select_related("claim", "into", "newsroom", "submitted_by").order_by("pk"))


def _propose(merge: ClaimMerge) -> ClaimMerge:
    by, claim, into = merge.submitted_by, merge.claim, merge.into
    theirs = [newsroom for newsroom in (claim.newsroom, into.newsroom) if roles.role_in(by, newsroom)]
    if not theirs:
        raise NotAllowed(_("Neither of the two claims is your newsroom’s. Ask one of its members to propose this."))
    if not merge.note.strip():
        raise EditorialError(_("Write why; it stands in the public log."))
    if repeated := erasure.first_repeated(merge.note, _told(claim, into)):
        raise EditorialError(
            _(
                "The reason stays in the log for ever, so it must repeat neither the claims nor a claimant’s"
                " name. Take out “%s”."
            )
            % repeated
        )
    if is_proposed(claim):
        raise EditorialError(_("A proposal about this claim waits for a decision already. Decide on it first."))
    merge.newsroom = theirs[0]
    data = canonical(statement(merge))
    merge.statement, merge.digest = data.decode(), sha256_hex(data)
    try:
        merge.full_clean(exclude=["statement", "entry", "decided_by"])
    except ValidationError as problem:
        raise EditorialError(*problem.messages) from problem
    merge.save()
    record_event(by, f"{merge.action}.proposed", claim, digest=merge.digest, into=str(into.pk))
    return merge


def _told(*claims: Claim) -> Iterator[str]:
    """The claims' words and their claimants' names, in the drafts and in public, which may differ."""
    for claim in claims:
        yield from (claim.text, claim.claimant.name if claim.claimant else "")
    for body in PublishedClaim.objects.filter(pk__in=[claim.pk for claim in claims]).values_list("body", flat=True):
        published = json.loads(body)  # of a withdrawn claim without words
        for said in (published, *published.get("merged", ())):
            yield from (said.get("text", ""), (said.get("claimant") or {}).get("name") or "")


def _locked(*claims: Claim) -> list[Claim]:
    """The claims as they are now, held until the transaction ends; always locked in the same order."""
    found = Claim.objects.select_for_update(of=("self",)).select_related("newsroom", "claimant")
    held = {claim.pk: claim for claim in found.filter(pk__in=[claim.pk for claim in claims]).order_by("pk")}
    if any(claim.pk not in held for claim in claims):
        raise EditorialError(_("Somebody was quicker: one of the two claims is gone. Look where its drafts are now."))
    return [held[claim.pk] for claim in claims]


def _open(merge: ClaimMerge) -> ClaimMerge:
    claim, into = _locked(merge.claim, merge.into)
    merge = ClaimMerge.objects.select_related("newsroom").get(pk=merge.pk)
    merge.claim, merge.into = claim, into
    if merge.decision:
        raise EditorialError(_("This is decided already."))
    return merge
