"""Reviews from earlier imports: how an import finds them, and which changes are still allowed."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from factcheck.editorial.models import Claim, Proposal, Review, Verdict
from factcheck.editorial.models.kinds import Action, Decision
from factcheck.editorial.review_statements import last_statement


def find_keys(keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The keys of reviews that were imported without their language, by the key with the language.

    Each pair contains a record's key and the key that the record has without its language.
    """
    pairs = {key: unknown for key, unknown in keys if unknown not in ("", key)}
    wanted = Review.objects.filter(import_key__among={*pairs, *pairs.values()})
    known = set(wanted.values_list("import_key", flat=True)) if pairs else set()
    return {key: unknown for key, unknown in pairs.items() if key not in known and unknown in known}


def find_earlier_reviews(digests: Mapping[str, Collection[str]]) -> dict[str, Review]:
    """The reviews that were imported with these keys, by key. The rows are locked and annotated.

    `digests` maps each key to the digests of its records.

    The rows are locked before they are read. A query that waits for a lock keeps its old snapshot of other tables, and
    would miss the erasure that it waited for.
    """
    proposals = Proposal.objects.filter(review=OuterRef("pk"))
    # Once a person has opened a correction or saved the draft, an import must not change the draft.
    later = Proposal.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk"))
    returned = proposals.filter(
        ~Exists(later), batch__isnull=False, decision=Decision.RETURNED, decided_at__gte=OuterRef("changed_at")
    )
    imports = proposals.filter(batch__isnull=False).order_by("-pk").values("submitted_at")[:1]
    published = Exists(proposals.filter(entry__isnull=False))
    known = Review.objects.filter(import_key__among=set(digests))
    found = list(known.values_list("pk", "claim_id", "import_key", "import_digest"))
    if not found:
        return {}
    keys = [pk for pk, *_rest in found]
    _lock(Claim, {claim for _pk, claim, key, digest in found if digests[str(key)] != {digest}})
    _lock(Review, keys)
    rows = (
        Review.objects.filter(pk__among=keys)
        .annotate(
            is_pending=Exists(proposals.filter(entry__isnull=True).exclude(decision=Decision.RETURNED)),
            is_published=published,
            was_returned=Exists(returned),
            imported_at=Subquery(imports),
            is_erased=Exists(proposals.filter(entry__isnull=False, action=Action.ERASURE)),
            is_shared=Exists(Review.objects.filter(claim=OuterRef("claim")).exclude(pk=OuterRef("pk"))),
        )
        .select_related("claim__claimant")
    )
    return {str(review.import_key): review for review in rows}


def published_statement(existing: Any) -> dict[str, Any] | None:
    """The published statement of a review whose new proposal was returned, otherwise None."""
    return last_statement(existing) if existing.is_published and existing.was_returned else None


def is_claim_imported(existing: Any) -> bool:
    """Whether only imports have written the review's claim. They never change claims that editors chose or edited."""
    claim = existing.claim
    came_together = (claim.newsroom_id, claim.logged_at) == (existing.newsroom_id, existing.created_at)
    return came_together and bool(existing.imported_at) and claim.changed_at <= existing.imported_at


def restore_public_verdict(existing: Review, public: dict[str, Any]) -> None:
    """Restores the published verdict, together with the publisher's words for which it was chosen."""
    existing.original_label = (public["original"] or {}).get("label") or ""
    existing.verdict = Verdict.objects.filter(scale__slug=public["scale"], slug=public["slug"]).first()
    existing.verdict_explanation = public["explanation"] or ""


def _lock(model: type[Claim | Review], keys: Collection[UUID]) -> None:
    if keys:
        list(model._default_manager.select_for_update().filter(pk__among=keys).order_by("pk").values_list("pk"))
