"""Reviews that earlier imports brought in: how they are found again, and what of them imports may still change."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from factcheck.editorial.models import Claim, Proposal, Review, Verdict
from factcheck.editorial.models.kinds import Action, Decision
from factcheck.editorial.proposals.review_policy import last_statement


def find_earlier_reviews(given: Mapping[str, Collection[str]]) -> dict[str, Review]:
    """The reviews that were imported with these keys, by key, locked, each with what is annotated below.

    `given` has the digests of the records of each key.

    The rows are locked before they are read. A query that waits for a lock keeps its old view of other tables, and
    would miss the erasure that it waited for.
    """
    proposals = Proposal.objects.filter(review=OuterRef("pk"))
    # A person who opens a correction or saves the draft has it in hand from then on.
    later = Proposal.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk"))
    put_back = proposals.filter(
        ~Exists(later), batch__isnull=False, decision=Decision.RETURNED, decided_at__gte=OuterRef("changed_at")
    )
    brought = proposals.filter(batch__isnull=False).order_by("-pk").values("submitted_at")[:1]
    published = Exists(proposals.filter(entry__isnull=False))
    known = Review.objects.filter(import_key__among=set(given))
    found = list(known.values_list("pk", "claim_id", "import_key", "import_digest"))
    if not found:
        return {}
    held = [pk for pk, *_rest in found]
    _hold(Claim, {claim for _pk, claim, key, digest in found if given[str(key)] != {digest}})
    _hold(Review, held)
    rows = (
        Review.objects.filter(pk__among=held)
        .annotate(
            waiting=Exists(proposals.filter(entry__isnull=True).exclude(decision=Decision.RETURNED)),
            published=published,
            put_back=Exists(put_back),
            brought_at=Subquery(brought),
            erased=Exists(proposals.filter(entry__isnull=False, action=Action.ERASURE)),
            shared=Exists(Review.objects.filter(claim=OuterRef("claim")).exclude(pk=OuterRef("pk"))),
        )
        .select_related("claim__claimant")
    )
    return {str(review.import_key): review for review in rows}


def _hold(model: type[Claim | Review], keys: Collection[UUID]) -> None:
    if keys:
        list(model._default_manager.select_for_update().filter(pk__among=keys).order_by("pk").values_list("pk"))


def published_statement(former: Any) -> dict[str, Any] | None:
    """The published statement of a review whose draft was returned, or else None."""
    return last_statement(former) if former.published and former.put_back else None


def is_claim_imported(former: Any) -> bool:
    """Whether only imports wrote the review's claim. Imports don't change a claim that the desk chose or edited."""
    claim = former.claim
    made = (claim.newsroom_id, claim.logged_at) == (former.newsroom_id, former.created_at)
    return made and bool(former.brought_at) and claim.changed_at <= former.brought_at


def restore_public_verdict(former: Review, public: dict[str, Any]) -> None:
    """The verdict that is public, with the publisher's words for which it was given."""
    former.original_label = (public["original"] or {}).get("label") or ""
    former.verdict = Verdict.objects.filter(scale__slug=public["scale"], slug=public["slug"]).first()
    former.verdict_explanation = public["explanation"] or ""
