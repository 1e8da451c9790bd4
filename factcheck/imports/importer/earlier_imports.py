"""Reviews from earlier imports: how an import finds them, and which changes are still allowed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from factcheck.editorial.drafts.review_statements import last_statement
from factcheck.editorial.models import Claim, Proposal, Review, Verdict
from factcheck.editorial.models.kinds import Action, Decision
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.review import Verdict as PublicVerdict


def find_keys(keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the keys of reviews whose earlier file stated the language differently, by the key in this file.

    Each pair contains a record's key and its other key. The language is part of the key. A file that leaves it out
    therefore leads to another key for the same review.
    """
    pairs = {key: other for key, other in keys if other not in ("", key)}
    wanted = Review.objects.filter(import_key__among={*pairs, *pairs.values()})
    known = set(wanted.values_list("import_key", flat=True)) if pairs else set()
    return {key: other for key, other in pairs.items() if key not in known and other in known}


def find_earlier_reviews(digests: Mapping[str, Collection[str]]) -> dict[str, Review]:
    """Return the reviews that were imported with these keys, by key. The rows are locked and annotated.

    `digests` maps each key to the digests of its records. The rows are locked before they are read, because a query
    that waits for a lock keeps its old snapshot of other tables. Such a query would miss the erasure that it waited
    for.
    """
    known = Review.objects.filter(import_key__among=set(digests))
    found = list(known.values_list("pk", "claim_id", "import_key", "import_digest"))
    if not found:
        return {}
    keys = [pk for pk, *_rest in found]
    _lock(Claim, {claim for _pk, claim, key, digest in found if digests[str(key)] != {digest}})
    _lock(Review, keys)
    rows = list(Review.objects.filter(pk__among=keys).select_related("claim__claimant"))
    _annotate(rows)
    return {str(review.import_key): review for review in rows}


def _annotate(reviews: Sequence[Any]) -> None:
    """Set attributes on each review that say what its proposals and the other reviews of its claim allow.

    Two queries for all reviews are faster than subqueries for each review.
    """
    found = Proposal.objects.filter(review__among=[review.pk for review in reviews]).order_by("pk")
    columns = ("review_id", "batch_id", "decision", "decided_at", "submitted_at", "entry_id", "action")
    proposals: dict[UUID, list[Any]] = {}
    for row in found.values_list(*columns, named=True):
        proposals.setdefault(row.review_id, []).append(row)
    claims = Review.objects.filter(claim__among={review.claim_id for review in reviews}).values_list("claim_id")
    sharing = Counter(claim for (claim,) in claims)
    for review in reviews:
        rows = proposals.get(review.pk, [])
        imports = [row for row in rows if row.batch_id is not None]
        last = rows[-1] if rows else None
        review.is_pending = any(row.entry_id is None and row.decision != Decision.RETURNED for row in rows)
        review.is_published = any(row.entry_id is not None for row in rows)
        # After a person has opened a correction or saved the draft, an import must not change the draft.
        review.was_returned = (
            last is not None
            and last.batch_id is not None
            and last.decision == Decision.RETURNED
            and last.decided_at >= review.changed_at
        )
        review.imported_at = imports[-1].submitted_at if imports else None
        review.is_erased = any(row.entry_id is not None and row.action == Action.ERASURE for row in rows)
        review.is_shared = sharing[review.claim_id] > 1


def published_statement(existing: Any) -> Statement | None:
    """Return the published statement of a review whose new proposal was returned, otherwise None."""
    return last_statement(existing) if existing.is_published and existing.was_returned else None


def is_claim_imported(existing: Any) -> bool:
    """Return whether only imports have written the review's claim.

    Imports never change claims that editors chose or edited.
    """
    claim = existing.claim
    came_together = (claim.newsroom_id, claim.logged_at) == (existing.newsroom_id, existing.created_at)
    return came_together and bool(existing.imported_at) and claim.changed_at <= existing.imported_at


def restore_public_verdict(existing: Review, public: PublicVerdict) -> None:
    """Restore the published verdict, together with the publisher's wording for which it was chosen."""
    existing.original_label = public.original.label if public.original else ""
    existing.verdict = Verdict.objects.find(public.scale, public.slug)
    existing.verdict_explanation = public.explanation or ""


def _lock(model: type[Claim | Review], keys: Collection[UUID]) -> None:
    if keys:
        list(model._default_manager.select_for_update().filter(pk__among=keys).order_by("pk").values_list("pk"))
