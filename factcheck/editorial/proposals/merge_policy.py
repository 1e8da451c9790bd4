"""Claims that are the same: one is shown under the other, until a split takes that back (ADR 8)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure, review_statements, roles
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claim, Proposal, Publisher, ReaderMessage, Review, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.proposals.policy import Policy, put_forward
from factcheck.editorial.proposals.publication import append_approved
from factcheck.record.models import LogEntry, PublishedClaim, PublishedMerge
from factcheck.record.statements.merge import Merge, Split
from factcheck.record.statements.parts import Part

_KINDS = {Action.MERGE: LogEntry.Kind.CLAIM_MERGE, Action.SPLIT: LogEntry.Kind.CLAIM_SPLIT}


class MergePolicy(Policy[Claim]):
    """A merge of two newsrooms' claims is decided by the one that did not propose it. Either may split it again."""

    kind = Kind.MERGE
    changed = _("This is no longer what you read. Return it, so that your colleague can propose it again.")

    def hold(self, proposal: Proposal) -> None:
        proposal.claim, proposal.into = _locked(*proposal.claims)

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, Publisher]:
        mine, theirs = (claim.newsroom for claim in proposal.claims)
        proposing = proposal.newsroom or next(
            (newsroom for newsroom in (mine, theirs) if roles.role_in(proposal.submitted_by, newsroom)), None
        )
        if proposing is None:
            raise NotAllowed(
                _("Neither of the two claims belongs to your newsroom. Ask a member of one of them to propose this.")
            )
        if proposal.action == Action.SPLIT:
            return proposing, proposing
        return proposing, theirs if proposing == mine else mine

    def statement(self, proposal: Proposal) -> dict[str, Any]:
        """The log names the claims by id. Their words may have to be erased one day, and the log stays."""
        other = "into" if proposal.action == Action.MERGE else "from"
        return {
            "id": str(proposal.claim_id),
            other: {"id": str(proposal.into_id)},
            "publisher": review_statements.publisher(self.newsrooms(proposal)[0]),
            "license": settings.LICENSE_URL,
        }

    def model(self, proposal: Proposal) -> type[Part]:
        return Merge if proposal.action == Action.MERGE else Split

    def approved(self, proposal: Proposal, by: User, said: dict[str, Any]) -> None:
        if proposal.action == Action.MERGE and not _is_live(proposal.claims[1]):
            raise EditorialError(_("Readers can only be led to a claim with a published review. Return this proposal."))
        append_approved(self, [proposal], [said], by)

    def log_kind(self, proposal: Proposal) -> LogEntry.Kind:
        return _KINDS[Action(proposal.action)]

    def event(self, proposal: Proposal) -> str:
        return str(proposal.action)

    def event_detail(self, proposal: Proposal) -> dict[str, Any]:
        return {"into": str(proposal.into_id)}


@transaction.atomic
def propose_merge(*, claim: Claim, into: Claim, by: User, note: str) -> Proposal:
    """Proposes that `claim` says the same as `into`, under which readers will find it. The note is public."""
    if claim.pk == into.pk:
        raise EditorialError(_("This is the same claim. Choose another one."))
    claim, into = _locked(claim, into)
    if merged_into(claim):
        raise EditorialError(_("This claim has already been merged into another one. Split it off first."))
    if merged_into(into):
        raise EditorialError(_("The claim that you chose has itself been merged into another one. Choose that one."))
    if not PublishedClaim.objects.filter(pk=claim.pk).exists():
        raise EditorialError(
            _("This claim is not public. Give its drafts the other claim instead: open each review and choose it.")
        )
    if not _is_live(into):
        raise EditorialError(_("Readers can only be led to a claim with a published review. Choose such a claim."))
    return _propose(Proposal(action=Action.MERGE, claim=claim, into=into, submitted_by=by, note=note))


@transaction.atomic
def propose_split(*, claim: Claim, by: User, note: str) -> Proposal:
    """Proposes that readers find a merged claim at its own address again. The note is public."""
    standing = merged_into(claim)
    if standing is None:
        raise EditorialError(_("Only a claim that is merged into another one can be split off."))
    claim, into = _locked(claim, standing)
    return _propose(Proposal(action=Action.SPLIT, claim=claim, into=into, submitted_by=by, note=note))


@transaction.atomic
def use_instead(*, claim: Claim, instead: Claim, by: User) -> int:
    """Gives the drafts of a claim that is not public another claim, and deletes the first. Returns how many."""
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
    if Proposal.objects.filter(Q(claim=claim) | Q(into=claim)).exists():
        raise EditorialError(
            _("This claim was once proposed for a merge, so it stays. Open each of its drafts and choose the other.")
        )
    if not _is_live(instead) and roles.role_in(by, instead.newsroom) is None:
        raise NotAllowed(_("That claim is another newsroom’s draft."))
    if merged_into(instead):
        raise EditorialError(_("The claim that you chose has itself been merged into another one. Choose that one."))
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
    last = claim.proposals.filter(action=Action.MERGE, entry__isnull=False).select_related("into").first()
    return last.into if last else None


def merged_here(claim: Claim) -> list[Claim]:
    """The claims that were merged into this one and are not split off."""
    merged = PublishedMerge.objects.filter(into_id=claim.pk, until=None).values("claim_id")
    return list(Claim.objects.filter(pk__in=merged).order_by("pk"))


def is_proposed(claim: Claim) -> bool:
    """Whether a proposal to merge it or to split it off waits. There can be only one."""
    return Proposal.objects.about(claim).open().exists()


def open_merges(claim: Claim) -> list[Proposal]:
    """Open proposals about this claim, and about others that go into it or come out of it."""
    found = Proposal.objects.open().filter(Q(claim=claim) | Q(into=claim), kind=Kind.MERGE)
    return list(found.select_related("claim", "into", "newsroom", "submitted_by").order_by("pk"))


def _propose(proposal: Proposal) -> Proposal:
    """The claims are locked."""
    proposal.kind = Kind.MERGE
    policy = MergePolicy()
    proposal.newsroom, proposal.deciding = policy.newsrooms(proposal)
    if not proposal.note.strip():
        raise EditorialError(_("Write why. Everybody can read the reason in the public log."))
    if repeated := erasure.first_repeated(proposal.note, _told(*proposal.claims)):
        raise EditorialError(
            _(
                "The reason stays in the log for ever, so it must repeat neither the claims nor a claimant’s"
                " name. Take out “%s”."
            )
            % repeated
        )
    if is_proposed(proposal.claims[0]):
        raise EditorialError(_("A proposal about this claim already waits for a decision. Decide on it first."))
    try:
        proposal.clean_fields(exclude=[field.name for field in Proposal._meta.fields if field.name != "note"])
    except ValidationError as problem:
        raise EditorialError(*problem.messages) from problem
    return put_forward(policy, proposal, policy.statement(proposal))


def _told(*claims: Claim) -> Iterator[str]:
    """The claims' words and their claimants' names, in the drafts and in public, which may differ."""
    for claim in claims:
        yield from (claim.text, claim.claimant.name if claim.claimant else "")
    for body in PublishedClaim.objects.filter(pk__in=[claim.pk for claim in claims]).values_list("body", flat=True):
        published = json.loads(body)  # of a withdrawn claim without words
        for said in (published, *published.get("merged", ())):
            yield from (said.get("text", ""), (said.get("claimant") or {}).get("name") or "")


def _is_live(claim: Claim) -> bool:
    return PublishedClaim.objects.live().filter(pk=claim.pk).exists()


def _locked(*claims: Claim) -> Sequence[Claim]:
    """The claims as they are now, held until the transaction ends."""
    found = Claim.objects.select_for_update(of=("self",)).select_related("newsroom", "claimant")
    held = {claim.pk: claim for claim in found.filter(pk__in=[claim.pk for claim in claims]).order_by("pk")}
    if any(claim.pk not in held for claim in claims):
        raise EditorialError(
            _(
                "Someone else changed this first: one of the two claims no longer exists. Open the list of claims"
                " to find its drafts."
            )
        )
    return [held[claim.pk] for claim in claims]
