"""A claim that another newsroom reviews, too: of it that newsroom says what readers see, and nothing of the draft.

Claims are one row for all who review them, and the newsroom whose claim it is goes on writing there. What it writes is
public when that newsroom has published it, not when somebody else publishes a review of the same claim.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from factcheck.editorial.models import Claim, Claimant, Review, Topic
from factcheck.record.models import PublishedReview


class ClaimWords(NamedTuple):
    """The columns of a claim that a statement reads."""

    id: UUID
    text: str
    language: str
    claimed_on: date | None
    location: str


class PublicAppearance(NamedTuple):
    url: str
    medium: str
    media_sha256: str
    archive_url: str
    first: bool


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """What stands in a statement in place of the draft.

    The claimant is the one whom readers see, as the row describes them now: who was taken out by name there is not
    named anew.
    """

    words: ClaimWords
    claimant: Claimant | None
    appearances: Sequence[PublicAppearance]
    topics: Sequence[Topic]


def public_claims(ids: Collection[UUID]) -> dict[UUID, PublicClaim]:
    """By id, from the newest live review of the claim's own newsroom, or of anybody while that shows none."""
    if not ids:
        return {}
    said = _said(ids)
    claimants = Claimant.objects.select_related("newsroom").in_bulk(
        {found["claim"]["claimant"]["id"] for found in said.values() if found["claim"]["claimant"]}
    )
    slugs = {topic["slug"] for found in said.values() for topic in found["topics"]}
    topics = {topic.slug: topic for topic in Topic.objects.prefetch_related("labels").filter(slug__in=slugs)}
    return {
        pk: PublicClaim(
            words=_words(pk, found["claim"]),
            claimant=claimants.get(UUID(found["claim"]["claimant"]["id"])) if found["claim"]["claimant"] else None,
            appearances=[_appearance(each) for each in found["claim"]["appearances"]],
            topics=[topics[topic["slug"]] for topic in found["topics"] if topic["slug"] in topics],
        )
        for pk, found in said.items()
    }


def is_hidden(review: Review) -> bool:
    """Whether no reader sees its claim, which is another newsroom's, any more: of it there is nothing to say."""
    if review.claim.newsroom_id == review.newsroom_id:
        return False
    return not PublishedReview.objects.live().filter(claim_id=review.claim_id).exists()


def _said(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    owner = Claim.objects.filter(pk=OuterRef(OuterRef("claim_id"))).values("newsroom")
    own = Exists(Review.objects.filter(pk=OuterRef("pk"), newsroom__in=owner))
    found = PublishedReview.objects.live().filter(claim_id__among=ids).order_by(own.asc(), "sequence")
    return {row.claim_id: row.said for row in found if row.claim_id}


def _words(pk: UUID, said: dict[str, Any]) -> ClaimWords:
    claimed_on = date.fromisoformat(said["claimed_on"]) if said["claimed_on"] else None
    return ClaimWords(pk, said["text"], said["language"], claimed_on, said["location"] or "")


def _appearance(said: dict[str, Any]) -> PublicAppearance:
    return PublicAppearance(
        said["url"], said["medium"] or "", said["media_sha256"] or "", said["archive_url"] or "", said["first"]
    )
