"""A claim that another newsroom reviews, too: of it that newsroom says what readers see, and nothing of the draft.

Claims are one row for all who review them, and the newsroom whose claim it is goes on writing there. What it writes is
public when that newsroom has published it, not when somebody else publishes a review of the same claim.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef

from factcheck.editorial.models import Appearance, Claim, Claimant, Review, Topic
from factcheck.editorial.statement_columns import columns_of
from factcheck.record.models import PublishedReview
from factcheck.record.statements import review as said
from factcheck.record.statements.checks import filled


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """What a statement says in place of the draft: rows with the columns of a claim and of its appearances.

    The claimant is the one whom readers see, as the row describes them now: who was taken out by name there is not
    named anew.
    """

    words: SimpleNamespace
    claimant: Claimant | None
    appearances: Sequence[SimpleNamespace]
    topics: Sequence[Topic]


def public_claims(ids: Collection[UUID]) -> dict[UUID, PublicClaim]:
    """By id, from the newest live review of the claim's own newsroom, or of anybody while that shows none."""
    if not ids:
        return {}
    shown = _said(ids)
    claimants = Claimant.objects.select_related("newsroom").in_bulk(
        {found["claim"]["claimant"]["id"] for found in shown.values() if found["claim"]["claimant"]}
    )
    slugs = {topic["slug"] for found in shown.values() for topic in found["topics"]}
    topics = {topic.slug: topic for topic in Topic.objects.prefetch_related("labels").filter(slug__in=slugs)}
    return {
        pk: PublicClaim(
            words=_row(Claim, filled(found["claim"], said.ReviewedClaim) | {"id": pk}),
            claimant=claimants.get(UUID(found["claim"]["claimant"]["id"])) if found["claim"]["claimant"] else None,
            appearances=[_row(Appearance, filled(each, said.Appearance)) for each in found["claim"]["appearances"]],
            topics=[topics[topic["slug"]] for topic in found["topics"] if topic["slug"] in topics],
        )
        for pk, found in shown.items()
    }


def has_hidden_claim(review: Review) -> bool:
    """Whether no reader sees its claim, which is another newsroom's, any more: of it there is nothing to say."""
    if review.claim.newsroom_id == review.newsroom_id:
        return False
    return not PublishedReview.objects.live().filter(claim_id=review.claim_id).exists()


def _said(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    owner = Claim.objects.filter(pk=OuterRef(OuterRef("claim_id"))).values("newsroom")
    own = Exists(Review.objects.filter(pk=OuterRef("pk"), newsroom__in=owner))
    found = PublishedReview.objects.live().filter(claim_id__among=ids).order_by(own.asc(), "sequence")
    return {row.claim_id: row.said for row in found if row.claim_id}


def _row(model: type[Model], shown: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**columns_of(model, shown))
