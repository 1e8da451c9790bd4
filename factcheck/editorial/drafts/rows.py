"""The rows from which a review's statement is built, loaded for one review or for many at once."""

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
    Review,
    Source,
    Topic,
    Verdict,
)

# A model instance, or a named tuple of its columns. Statements are built from columns only.
Row = Any


@dataclass(slots=True)
class Draft:
    """A review, its claim and their related rows. Each list is in the order of the statement.

    If the claim belongs to another newsroom, the claim's published values are used (`shared_claims`).
    """

    review: Row
    publisher: Publisher
    claim: Row
    claimant: Row | None = None
    verdict: Verdict | None = None
    appearances: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    captures: dict[Any, Row] = field(default_factory=dict)  # by the `capture_id` of a source or an appearance


def draft_of(review: Review) -> Draft:
    """The draft of a review from `Review.objects.for_statements`."""
    draft = Draft(
        review=review,
        publisher=review.publisher,
        claim=review.claim,
        claimant=review.claim.claimant,
        verdict=review.verdict,
        appearances=list(review.claim.appearances.all()),
        sources=list(review.sources.all()),
        authors=_names((row.name, row.user.byline if row.user else "") for row in review.authorships.all()),
        topics=list(review.claim.topics.all()),
    )
    draft.captures = captures_of([*draft.appearances, *draft.sources])
    _show_public([draft])
    return draft


def drafts_of(ids: Collection[UUID]) -> dict[UUID, Draft]:
    """The drafts of many reviews, by id. The number of queries is the same as for one review.

    Loads tuples instead of model instances. In an import, creating the instances and their query objects would take
    longer than the queries themselves.
    """
    reviews = _rows(Review.objects.filter(pk__among=ids))
    claims = {row.id: row for row in _rows(Claim.objects.filter(pk__among={row.claim_id for row in reviews}))}
    named = {row.claimant_id for row in claims.values() if row.claimant_id}
    claimants = {row.id: row for row in _rows(Claimant.objects.filter(pk__among=named))}
    publishers = Publisher.objects.in_bulk({row.publisher_id for row in reviews})
    verdicts = verdicts_of({row.verdict_id for row in reviews if row.verdict_id})
    appearances = _group_by("claim_id", _rows(Appearance.objects.filter(claim__among=claims)))
    sources = _group_by("review_id", _rows(Source.objects.filter(review__among=ids)))
    signed = Authorship.objects.filter(review__among=ids).values_list("review_id", "name", "user__byline")
    authors = _group_by(0, signed)
    tagged = Claim.topics.through._default_manager.filter(claim__among=claims)
    tags = _group_by(0, tagged.order_by("topic__slug").values_list("claim_id", "topic_id"))
    topics = Topic.objects.prefetch_related("labels").in_bulk({topic for some in tags.values() for _, topic in some})
    captures = captures_of(row for some in (*appearances.values(), *sources.values()) for row in some)
    drafts = {
        row.id: Draft(
            review=row,
            publisher=publishers[row.publisher_id],
            claim=claims[row.claim_id],
            claimant=claimants.get(claims[row.claim_id].claimant_id),
            verdict=verdicts.get(row.verdict_id),
            appearances=appearances.get(row.claim_id, []),
            sources=sources.get(row.id, []),
            authors=_names((name, byline) for _, name, byline in authors.get(row.id, ())),
            topics=[topics[topic] for _, topic in tags.get(row.claim_id, ())],
            captures=captures,
        )
        for row in reviews
    }
    _show_public(drafts.values())
    return drafts


def captures_of(rows: Iterable[Row]) -> dict[Any, Capture]:
    """The captures of these sources and appearances by id, without their long texts."""
    ids = {row.capture_id for row in rows if row.capture_id}
    return Capture.objects.defer("text", "timestamp_token").in_bulk(ids) if ids else {}


def verdicts_of(ids: Collection[int]) -> dict[int, Verdict]:
    """The verdicts by id, with their scales and labels."""
    return Verdict.objects.with_words().in_bulk(ids) if ids else {}


def _show_public(drafts: Iterable[Draft]) -> None:
    others = [draft for draft in drafts if draft.claim.newsroom_id != draft.review.newsroom_id]
    public = public_claims({draft.claim.id for draft in others})
    for draft in others:
        if shared := public.get(draft.claim.id):
            draft.claim, draft.claimant = shared.claim, shared.claimant
            draft.appearances, draft.topics = list(shared.appearances), list(shared.topics)
            draft.captures = {**draft.captures, **shared.captures}


def _names(signatures: Iterable[tuple[str, str | None]]) -> list[str]:
    return [found for name, byline in signatures if (found := name or byline)]


def _rows(found: QuerySet[Any]) -> list[Row]:
    """The rows without their modification times, which don't appear in any statement."""
    model: type[Model] = found.model
    columns = [column for column in model._meta.concrete_fields if not isinstance(column, DateTimeField)]
    return list(found.values_list(*(column.attname for column in columns), named=True))


def _group_by(key: str | int, rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key] if isinstance(key, int) else getattr(row, key), []).append(row)
    return found
