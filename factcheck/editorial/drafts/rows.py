"""The rows from which the statements of reviews are built."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Model, QuerySet

from factcheck.editorial.drafts.shared_claims import public_claims
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Capture,
    Claim,
    Claimant,
    Publisher,
    Reply,
    Review,
    Source,
    Topic,
    Verdict,
)
from factcheck.record.statements.review import ReviewedClaim

# A model instance, or a named tuple of its columns. Statements are built from columns only.
Row = Any


@dataclass(slots=True)
class Draft:
    """A review, its claim and their related rows. Each list is in the order of the statement.

    `public_claim` is the published claim. It replaces the draft of a claim that belongs to another newsroom
    (`shared_claims`).
    """

    review: Row
    publisher: Publisher
    claim: Row
    claimant: Row | None = None
    verdict: Verdict | None = None
    appearances: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    replies: list[Row] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    captures: dict[UUID, Capture] = field(default_factory=dict)
    public_claim: ReviewedClaim | None = None


def drafts_of(ids: Collection[UUID]) -> dict[UUID, Draft]:
    """Return the drafts of reviews, by id. The number of queries doesn't grow with the number of reviews.

    The queries load tuples of columns. In an import, creating model instances would take longer than the queries
    themselves.
    """
    reviews = _rows(Review.objects.filter(pk__among=ids))
    claims = {row.id: row for row in _rows(Claim.objects.filter(pk__among={row.claim_id for row in reviews}))}
    named = {row.claimant_id for row in claims.values() if row.claimant_id}
    claimants = {row.id: row for row in _rows(Claimant.objects.filter(pk__among=named))}
    publishers = Publisher.objects.in_bulk({row.publisher_id for row in reviews})
    verdicts = Verdict.objects.with_words().in_bulk({row.verdict_id for row in reviews if row.verdict_id})
    appearances = _group_by("claim_id", _rows(Appearance.objects.filter(claim__among=claims)))
    sources = _group_by("review_id", _rows(Source.objects.filter(review__among=ids)))
    replies = _group_by("review_id", _rows(Reply.objects.filter(review__among=ids)))
    signed = Authorship.objects.filter(review__among=ids)
    authors = _group_by("review_id", signed.values_list("review_id", "name", "user__byline", named=True))
    tagged = Claim.topics.through._default_manager.filter(claim__among=claims).order_by("topic__slug")
    tags = _group_by("claim_id", tagged.select_related("topic").prefetch_related("topic__labels"))
    evidence = {row.capture_id for some in (*appearances.values(), *sources.values()) for row in some}
    captures = Capture.objects.defer("text", "timestamp_token").in_bulk(evidence - {None})
    drafts = {
        row.id: Draft(
            review=row,
            publisher=publishers[row.publisher_id],
            claim=claims[row.claim_id],
            claimant=claimants.get(claims[row.claim_id].claimant_id),
            verdict=verdicts.get(row.verdict_id),
            appearances=appearances.get(row.claim_id, []),
            sources=sources.get(row.id, []),
            replies=replies.get(row.id, []),
            authors=[name for each in authors.get(row.id, ()) if (name := each.name or each.user__byline)],
            topics=[tag.topic for tag in tags.get(row.claim_id, ())],
            captures=captures,
        )
        for row in reviews
    }
    others = [draft for draft in drafts.values() if draft.claim.newsroom_id != draft.review.newsroom_id]
    public = public_claims({draft.claim.id for draft in others})
    for draft in others:
        if shared := public.get(draft.claim.id):
            draft.public_claim, draft.claimant, draft.topics = shared
    return drafts


def _rows(found: QuerySet[Any]) -> list[Row]:
    """Return the rows without their modification times, which no statement contains."""
    model: type[Model] = found.model
    columns = [column for column in model._meta.concrete_fields if not isinstance(column, DateTimeField)]
    return list(found.values_list(*(column.attname for column in columns), named=True))


def _group_by(key: str, rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), []).append(row)
    return found
