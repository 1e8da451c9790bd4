"""Merges of claims that say the same thing.

Readers find a merged claim under the other claim until a split (ADR 8).
"""

import json
from collections.abc import Iterator, Sequence
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure, errors
from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.saved_states import keep_state
from factcheck.editorial.events import Detail, record_event
from factcheck.editorial.models import Claim, Comment, Proposal, Publisher, ReaderMessage, Review, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Text, require_none, submit_statement
from factcheck.editorial.proposals.publication import LoggedPolicy
from factcheck.record.models import LogEntry, PublishedClaim, PublishedMerge
from factcheck.record.statements.merge import Merge, Split
from factcheck.record.statements.output import construct
from factcheck.record.statements.parts import Part


class MergePolicy(LoggedPolicy[Claim]):
    """The rules for merges and splits. Both newsrooms can propose a split."""

    kind = Kind.MERGE
    approved = _("Done. Readers can now see the change.")
    changed = _(
        "The claims have changed since this was proposed. Return the proposal so that your colleague can"
        " propose the change again."
    )
    explanations: ClassVar = {
        "approve": _(
            "This takes effect immediately. The public log permanently records what happened, why, and who is"
            " responsible."
        ),
        "return": _("The claims remain unchanged. The person who proposed this will see your message."),
        "take-back": _("You proposed this. If you take it back, the claims remain unchanged."),
    }
    text: ClassVar[Text]
    model: ClassVar[type[Part]]
    other: ClassVar[str]  # the key of the other claim in the statement

    def title(self, proposal: Proposal) -> str:
        return str(self.text % {"claim": proposal.claim, "into": proposal.into})

    def lock_subject(self, proposal: Proposal) -> None:
        proposal.claim, proposal.into = _lock_claims(*proposal.claims)

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, Publisher]:
        newsrooms = [claim.newsroom for claim in proposal.claims]
        proposing = proposal.newsroom or next((n for n in newsrooms if roles.role_in(proposal.submitted_by, n)), None)
        if proposing is None:
            raise errors.NotAllowed(
                _("Neither claim belongs to your newsroom. Ask a member of one of the two newsrooms to propose this.")
            )
        return proposing, proposing

    def build_statement(self, proposal: Proposal) -> Part:
        """Return the claims' ids without their texts.

        The log is permanent, but the text of a claim may have to be erased.
        """
        values = {
            "id": str(proposal.claim_id),
            self.other: {"id": str(proposal.into_id)},
            "publisher": review_statements.publisher_part(self.newsrooms(proposal)[0]),
            "license": settings.LICENSE_URL,
        }
        return construct(self.model, values)

    def event(self, proposal: Proposal) -> str:
        return str(proposal.action)

    def event_detail(self, proposal: Proposal) -> Detail:
        return {"into": str(proposal.into_id)}


class MergeOfClaims(MergePolicy):
    """A merge. If it joins the claims of two newsrooms, the newsroom that didn't propose it decides."""

    action = Action.MERGE
    text = _("Merge “%(claim)s” into “%(into)s”")
    other = "into"
    model = Merge
    entry_kind = LogEntry.Kind.CLAIM_MERGE

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, Publisher]:
        proposing, _same = super().newsrooms(proposal)
        claim, into = (each.newsroom for each in proposal.claims)
        return proposing, into if proposing == claim else claim

    def after_approval(self, proposal: Proposal, by: User) -> None:
        if not _is_live(proposal.claims[1]):
            raise errors.NotPublic(_("The other claim no longer has a published review. Return this proposal."))
        super().after_approval(proposal, by)
        roles.call_function("editorial_cards_follow", proposal.claim_id, proposal.into_id, False)


class SplitOfClaims(MergePolicy):
    action = Action.SPLIT
    text = _("Split “%(claim)s” off from “%(into)s”")
    other = "from"
    model = Split
    entry_kind = LogEntry.Kind.CLAIM_SPLIT


@transaction.atomic
def propose_merge(*, claim: Claim, into: Claim, by: User, note: str) -> Proposal:
    """Propose to merge `claim` into `into`, under which readers will then find it. The note is public.

    Raise EditorialError if the claims can't be merged.
    """
    claim, into = _lock_claims(claim, into)
    if merge_target(claim):
        raise errors.WrongState(_("This claim has already been merged into another claim. Split it off first."))
    if merge_target(into):
        raise errors.WrongState(
            _("The claim that you chose has been merged into another claim. Choose that claim instead.")
        )
    if not PublishedClaim.objects.filter(pk=claim.pk).exists():
        raise errors.NotPublic(
            _("This claim is not public, so it can’t be merged. Open each of its drafts and choose the other claim.")
        )
    if not _is_live(into):
        raise errors.NotPublic(
            _("The claim that you chose has no published review. Choose a claim that readers can open.")
        )
    return _propose(MergeOfClaims(), claim, into, by, note)


@transaction.atomic
def propose_split(*, claim: Claim, by: User, note: str) -> Proposal:
    """Propose to split off a merged claim, so that readers find it at its own URL again. The note is public.

    Raise WrongState if the claim isn't merged.
    """
    into = merge_target(claim)
    if into is None:
        raise errors.WrongState(_("This claim is not merged into another claim, so it can’t be split off."))
    claim, into = _lock_claims(claim, into)
    return _propose(SplitOfClaims(), claim, into, by, note)


@transaction.atomic
def replace_claim(*, claim: Claim, replacement: Claim, by: User) -> int:
    """Move an unpublished claim's drafts to another claim, delete the claim, and return the number of drafts.

    Raise EditorialError if the claim can't be replaced or the person can't do this.
    """
    claim, replacement = _lock_claims(claim, replacement)
    if claim.logged_by_id == by.pk:
        roles.require_member(by, claim.newsroom_id)
    else:
        roles.require_decider(by, claim.newsroom_id)
    was_public = PublishedClaim.objects.filter(pk=claim.pk).exists()
    if was_public or LogEntry.objects.filter(subject__in=claim.reviews.values("pk")).exists():
        raise errors.WrongState(
            _("This claim has been published, so it can’t be replaced. Propose a merge into the other claim instead.")
        )
    if Proposal.objects.filter(Q(claim=claim) | Q(into=claim)).exists():
        raise errors.WrongState(
            _(
                "This claim was once part of a proposed merge, so it can’t be deleted. Open each of its drafts"
                " and choose the other claim."
            )
        )
    if not _is_live(replacement) and roles.role_in(by, replacement.newsroom) is None:
        raise errors.NotAllowed(
            _(
                "The claim that you chose is another newsroom’s draft. Choose a public claim or one of your"
                " newsroom’s claims."
            )
        )
    if merge_target(replacement):
        raise errors.WrongState(
            _("The claim that you chose has been merged into another claim. Choose that claim instead.")
        )
    reviews = list(claim.reviews.select_for_update().order_by("pk"))
    roles.call_function("editorial_cards_follow", claim.pk, replacement.pk, True)
    for review in reviews:
        roles.require_writer(by, review)
        if review.state != Review.State.DRAFT:
            raise errors.WrongState(
                _(
                    "A review of this claim has been submitted or approved. Have the review returned first, or"
                    " publish it."
                )
            )
        review.claim = replacement
        review.save(update_fields=["claim", "changed_at"])
        keep_state(review, by)
        record_event(by, "review.claim_changed", review, claim=str(replacement.pk))
    ReaderMessage.objects.filter(claim=claim).update(claim=replacement)
    Comment.objects.filter(claim=claim, newsroom=replacement.newsroom).update(claim=replacement)
    record_event(by, "claim.exchanged", claim, instead=str(replacement.pk))
    claim.delete()
    return len(reviews)


def merge_target(claim: Claim) -> Claim | None:
    """Return the claim into which this claim is currently merged, or None."""
    return Claim.objects.filter(
        pk__in=PublishedMerge.objects.merged().filter(claim_id=claim.pk).values("into_id")
    ).first()


def is_public(claim: Claim) -> bool:
    """Return whether readers can find the claim on its own page, or on the page of its merge target."""
    return PublishedClaim.objects.filter(pk=claim.pk).exists() or merge_target(claim) is not None


def last_merge_target(claim: Claim) -> Claim | None:
    """Return the claim into which this claim was last merged, even if it has been split off since then."""
    last = claim.proposals.filter(action=Action.MERGE, entry__isnull=False).select_related("into").first()
    return last.into if last else None


def claims_merged_into(claim: Claim) -> list[Claim]:
    """Return the claims that have been merged into this claim and not split off."""
    merged = PublishedMerge.objects.merged().filter(into_id=claim.pk).values("claim_id")
    return list(Claim.objects.filter(pk__in=merged).order_by("pk"))


def open_merges(claim: Claim) -> list[Proposal]:
    """Return the open proposals to merge or split claims in which this claim takes part."""
    found = Proposal.objects.open().filter(Q(claim=claim) | Q(into=claim), kind=Kind.MERGE)
    return list(found.select_related("claim", "into", "newsroom", "submitted_by").order_by("pk"))


def _propose(policy: MergePolicy, claim: Claim, into: Claim, by: User, note: str) -> Proposal:
    """Submit a merge or split. The claims must be locked."""
    proposal = Proposal(kind=policy.kind, action=policy.action, claim=claim, into=into, submitted_by=by, note=note)
    proposal.newsroom, proposal.deciding = policy.newsrooms(proposal)
    if not proposal.note.strip():
        raise errors.Incomplete(_("Enter a reason. Anyone can read the reason in the public log."))
    if repeated := erasure.find_repeated(proposal.note, _identifying_texts(*proposal.claims)):
        raise errors.RepeatsContent(
            _(
                "The reason is kept in the log permanently, so it must not repeat the claims or a claimant’s"
                " name. Remove “%s”."
            )
            % repeated
        )
    require_none(proposal.claims[0].proposals.open())
    try:
        proposal.clean_fields(exclude=[field.name for field in Proposal._meta.fields if field.name != "note"])
    except ValidationError as problem:
        raise errors.WrongValue(*problem.messages) from problem
    return submit_statement(policy, proposal, policy.build_statement(proposal))


def _identifying_texts(*claims: Claim) -> Iterator[str]:
    """Return the texts of the claims and the names of their claimants, both from the drafts and as published."""
    for claim in claims:
        yield from (claim.text, claim.claimant.name if claim.claimant else "")
    for body in PublishedClaim.objects.filter(pk__in=[claim.pk for claim in claims]).values_list("body", flat=True):
        published = json.loads(body)  # a withdrawn claim has no text
        for public in (published, *published.get("merged", ())):
            yield from (public.get("text", ""), (public.get("claimant") or {}).get("name") or "")


def _is_live(claim: Claim) -> bool:
    return PublishedClaim.objects.live().filter(pk=claim.pk).exists()


def _lock_claims(*claims: Claim) -> Sequence[Claim]:
    """Return the claims, reloaded and locked until the transaction ends. Raise SameClaim for a claim and itself."""
    if len(set(claims)) < len(claims):
        raise errors.SameClaim(_("This is the same claim. Choose another claim."))
    found = Claim.objects.select_for_update(of=("self",)).select_related("newsroom", "claimant")
    locked = {claim.pk: claim for claim in found.filter(pk__in=[claim.pk for claim in claims]).order_by("pk")}
    if any(claim.pk not in locked for claim in claims):
        raise errors.ChangedSince(
            _(
                "Someone else changed this first: one of the two claims no longer exists. Open the list of claims"
                " to find its drafts."
            )
        )
    return [locked[claim.pk] for claim in claims]
