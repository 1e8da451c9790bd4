"""What imports brought in before: the reviews that records are known as, and what of them is still the imports'."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from factcheck.editorial import workflow
from factcheck.editorial.models import Approval, Claim, Review, Verdict
from factcheck.editorial.models.approvals import Decision


def find_former(given: Mapping[str, Collection[str]]) -> dict[str, Review]:
    """The reviews that were imported with these keys, by key, locked, each with what is annotated below.

    `given` has the digests of the records of each key.

    Locked first and asked for then: a statement that waits for a row goes on with what it saw of other tables before it
    waited, and would miss the erasure for which it did.
    """
    approvals = Approval.objects.filter(review=OuterRef("pk"))
    # Whoever opens a correction or saves the draft has it in hand from then on.
    later = Approval.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk"))
    put_back = approvals.filter(
        ~Exists(later), batch__isnull=False, decision=Decision.RETURNED, decided_at__gte=OuterRef("changed_at")
    )
    brought = approvals.filter(batch__isnull=False).order_by("-pk").values("submitted_at")[:1]
    published = Exists(approvals.filter(entry__isnull=False))
    known = Review.objects.filter(import_key__among=set(given)).annotate(published=published)
    found = list(known.values_list("pk", "claim_id", "import_key", "import_digest", "published"))
    if not found:
        return {}
    # With the claims that may be changed, by key: whoever gives a draft another claim holds claims and then reviews, an
    # erasure a review and then its claims.
    changed = [(claim, public) for _pk, claim, key, digest, public in found if given[str(key)] != {digest}]
    held = [pk for pk, *_rest in found]
    _hold(Claim, {claim for claim, public in changed if not public})
    _hold(Review, held)
    _hold(Claim, {claim for claim, public in changed if public})
    rows = (
        Review.objects.filter(pk__among=held)
        .annotate(
            waiting=Exists(approvals.filter(entry__isnull=True).exclude(decision=Decision.RETURNED)),
            published=published,
            put_back=Exists(put_back),
            brought_at=Subquery(brought),
            erased=Exists(approvals.filter(entry__isnull=False, action=Approval.Action.ERASURE)),
            shared=Exists(Review.objects.filter(claim=OuterRef("claim")).exclude(pk=OuterRef("pk"))),
        )
        .select_related("claim__claimant")
    )
    return {str(review.import_key): review for review in rows}


def _hold(model: type[Claim | Review], keys: Collection[UUID]) -> None:
    if keys:
        list(model._default_manager.select_for_update().filter(pk__among=keys).order_by("pk").values_list("pk"))


def published_statement(former: Any) -> dict[str, Any] | None:
    """What is public of a review whose draft says what was returned; None of any other."""
    return workflow.last_statement(former) if former.published and former.put_back else None


def came_with(former: Any) -> bool:
    """Whether imports alone wrote the review's claim: one that the desk gave it, or mended, is the desk's to change."""
    claim = former.claim
    made = (claim.newsroom_id, claim.logged_at) == (former.newsroom_id, former.created_at)
    return made and bool(former.brought_at) and claim.changed_at <= former.brought_at


def give_public_verdict(former: Review, public: dict[str, Any]) -> None:
    """The verdict that is public, with the publisher's words for which it was given."""
    former.original_label = (public["original"] or {}).get("label") or ""
    former.verdict = Verdict.objects.filter(scale__slug=public["scale"], slug=public["slug"]).first()
    former.verdict_explanation = public["explanation"] or ""
