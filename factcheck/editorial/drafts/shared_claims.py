"""Claims that other newsrooms also review. Statements of these reviews contain the published claim, never its draft.

A claim is one row for all its reviews, and its own newsroom can always edit it. Edits become public only when this
newsroom publishes them, not when another newsroom publishes a review of the claim.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef

from factcheck.editorial.drafts.statement_columns import columns_of
from factcheck.editorial.models import Appearance, Capture, Claim, Claimant, Review, Topic
from factcheck.record.models import PublishedReview
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import with_defaults


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """The published version of a claim, in rows with the same columns as the draft and its appearances.

    The published claim determines the claimant, but the claimant's name and other values come from the current row in
    the database. So a redacted name doesn't reappear.
    """

    claim: SimpleNamespace
    claimant: Claimant | None
    appearances: Sequence[SimpleNamespace]
    topics: Sequence[Topic]
    captures: Mapping[str, SimpleNamespace]  # by SHA-256, because the capture belongs to the other newsroom


def public_claims(ids: Collection[UUID]) -> dict[UUID, PublicClaim]:
    """The published claims by id, from the newest live review of the claim's newsroom, or else of any newsroom."""
    if not ids:
        return {}
    documents = _public_statements(ids)
    claimants = Claimant.objects.select_related("newsroom").in_bulk(
        {found["claim"]["claimant"]["id"] for found in documents.values() if found["claim"]["claimant"]}
    )
    slugs = {topic["slug"] for found in documents.values() for topic in found["topics"]}
    topics = {topic.slug: topic for topic in Topic.objects.prefetch_related("labels").filter(slug__in=slugs)}
    return {
        pk: PublicClaim(
            claim=_columns(Claim, with_defaults(found["claim"], statements.ReviewedClaim) | {"id": pk}),
            claimant=claimants.get(UUID(found["claim"]["claimant"]["id"])) if found["claim"]["claimant"] else None,
            appearances=[_appearance(each) for each in found["claim"]["appearances"]],
            topics=[topics[topic["slug"]] for topic in found["topics"] if topic["slug"] in topics],
            captures={
                each["capture"]["sha256"]: _columns(Capture, {**each["capture"], "state": Capture.State.DONE})
                for each in found["claim"]["appearances"]
                if each.get("capture")
            },
        )
        for pk, found in documents.items()
    }


def has_hidden_claim(review: Review) -> bool:
    """Whether the review's claim belongs to another newsroom and is no longer visible to readers."""
    if review.claim.newsroom_id == review.newsroom_id:
        return False
    return not PublishedReview.objects.live().filter(claim_id=review.claim_id).exists()


def _public_statements(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    owner = Claim.objects.filter(pk=OuterRef(OuterRef("claim_id"))).values("newsroom")
    own = Exists(Review.objects.filter(pk=OuterRef("pk"), newsroom__in=owner))
    found = PublishedReview.objects.live().filter(claim_id__among=ids).order_by(own.asc(), "sequence")
    return {row.claim_id: row.parsed_body for row in found if row.claim_id}


def _appearance(values: dict[str, Any]) -> SimpleNamespace:
    row = _columns(Appearance, with_defaults(values, statements.Appearance))
    row.capture_id = (values.get("capture") or {}).get("sha256")
    return row


def _columns(model: type[Model], values: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**columns_of(model, values))
