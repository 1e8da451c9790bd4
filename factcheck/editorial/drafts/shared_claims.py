"""Claims that other newsrooms also review, whose statements contain the published claim and never its draft.

A claim is one row for all its reviews, and its own newsroom can always edit the row. These edits become public only
when this newsroom publishes them. They don't become public when another newsroom publishes a review of the claim.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from factcheck.editorial.drafts.statement_columns import values_of
from factcheck.editorial.models import Claim, Claimant, Review, Topic
from factcheck.record.models import PublishedReview
from factcheck.record.statements import review as statements
from factcheck.record.statements.output import construct


class PublicClaim(NamedTuple):
    """The published version of a claim, as a part of a review's statement.

    The published claim says who the claimant is. The claimant's name and other values come from the current row in the
    database, so that a redacted name doesn't come back.
    """

    statement: statements.ReviewedClaim
    claimant: Claimant | None
    topics: list[Topic]


def public_claims(ids: Collection[UUID]) -> dict[UUID, PublicClaim]:
    """Return the published claims by id.

    Each claim comes from the newest live review of the claim's own newsroom, or else of any newsroom.
    """
    if not ids:
        return {}
    documents = _public_statements(ids)
    claimants = Claimant.objects.in_bulk(
        {found.claim.claimant.id for found in documents.values() if found.claim.claimant}
    )
    slugs = {topic.slug for found in documents.values() for topic in found.topics}
    topics = {topic.slug: topic for topic in Topic.objects.prefetch_related("labels").filter(slug__in=slugs)}
    claims = {}
    for pk, found in documents.items():
        claimant = claimants.get(UUID(found.claim.claimant.id)) if found.claim.claimant else None
        named = construct(statements.Claimant, values_of(claimant, statements.Claimant)) if claimant else None
        claims[pk] = PublicClaim(
            found.claim.model_copy(update={"claimant": named}),
            claimant,
            [topics[topic.slug] for topic in found.topics if topic.slug in topics],
        )
    return claims


def has_hidden_claim(review: Review) -> bool:
    """Return whether the review's claim belongs to another newsroom and isn't visible to readers any more."""
    if review.claim.newsroom_id == review.newsroom_id:
        return False
    return not PublishedReview.objects.live().filter(claim_id=review.claim_id).exists()


def _public_statements(ids: Collection[UUID]) -> dict[UUID, statements.Review]:
    owner = Claim.objects.filter(pk=OuterRef(OuterRef("claim_id"))).values("newsroom")
    own = Exists(Review.objects.filter(pk=OuterRef("pk"), newsroom__in=owner))
    found = PublishedReview.objects.live().filter(claim_id__among=ids).order_by(own.asc(), "sequence")
    return {row.claim_id: row.live_body for row in found if row.claim_id}
