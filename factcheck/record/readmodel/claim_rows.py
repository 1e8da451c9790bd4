"""The rows of claims, now and in the past, derived from the rows of their reviews.

A claim's row contains the claim from its newest live review, and the reviews of all claims that have been merged into
it. Each entry about one of these reviews, and each merge or split, creates a new row. So the state after any entry can
be shown later.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings

from factcheck.database.bulk_writes import insert
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.formats.urls import claim_url
from factcheck.record.readmodel.bodies import ReviewOfClaim
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PastClaim, PastReview, PublishedClaim, PublishedReview
from factcheck.record.readmodel.row_models import ClaimRow, ReviewRow, Status, as_past
from factcheck.record.statements.output import construct


@dataclass(frozen=True, slots=True)
class Span:
    """A review's row, which the claim shows from the entry `since` until the entry `until` (None for current rows)."""

    row: ReviewRow
    since: int
    until: int | None

    def covers(self, sequence: int) -> bool:
        return self.since <= sequence and (self.until is None or sequence < self.until)


def spans_by_claim(rows: Iterable[tuple[ReviewRow, int | None]], group: MergeGroup) -> dict[UUID, list[Span]]:
    """Spans, grouped by the claim that shows or showed the row. Each row is paired with the entry that replaced it."""
    found: dict[UUID, list[Span]] = {}
    for row, until in rows:
        if row.claim_id is None:
            continue
        for placement in group.placements(row.claim_id):
            since = max(row.sequence, placement.since)
            end = min((each for each in (until, placement.until) if each is not None), default=None)
            if end is None or since < end:
                found.setdefault(placement.claim_id, []).append(Span(row, since, end))
    return found


def all_spans(ids: Collection[UUID]) -> dict[UUID, list[Span]]:
    """The spans of all reviews that these claims have ever shown."""
    group = MergeGroup.of(ids)
    now = PublishedReview.objects.filter(claim_id__in=group.members)
    past = PastReview.objects.filter(claim_id__in=group.members)
    spans = spans_by_claim([*((row, None) for row in now), *((row, row.until) for row in past)], group)
    return {claim_id: spans.get(claim_id, []) for claim_id in ids}


def events(spans: Sequence[Span], since: int = 0) -> list[int]:
    """The entries, starting with `since`, that changed the content of the claim."""
    changes = {span.since for span in spans} | {span.until for span in spans if span.until is not None}
    return sorted(event for event in changes if event >= since)


def claim_rows(claim_id: UUID, spans: Sequence[Span], since: int = 0) -> Iterator[PublishedClaim | PastClaim]:
    """The claim's rows after each entry, starting with `since`. If the claim has reviews, the last row is current."""
    changes = events(spans, since)
    for event, until in pairwise([*changes, None]):
        assert event is not None
        reviews = sorted((span for span in spans if span.covers(event)), key=lambda span: span.row.sequence)
        if reviews:
            row = PublishedClaim(id=claim_id) if until is None else PastClaim(id=claim_id, until=until)
            row.sequence = event
            _fill(row, claim_id, reviews)
            yield row


def update_claims(spans: Mapping[UUID, Sequence[Span]], since: int, stored: Sequence[PublishedClaim]) -> None:
    """Updates claims after new entries, starting with `since`.

    `spans` covers the current reviews and the reviews that these entries replaced. `stored` contains the claims'
    current rows.
    """
    if stored:
        PublishedClaim.objects.filter(id__among=[row.id for row in stored]).delete()
    _store(spans, since, [as_past(PastClaim, row, events(spans[row.id], since)[0]) for row in stored])


def rebuild_claims(ids: Collection[UUID]) -> None:
    """Rebuilds all rows of these claims after an erasure, a merge or a split has changed their reviews."""
    PastClaim.objects.filter(id__in=ids).delete()
    # A claim doesn't have a row if its last review has been erased or if the claim is shown under another claim.
    PublishedClaim.objects.filter(id__in=ids).delete()
    _store(all_spans(ids), 0, [])


def _store(spans: Mapping[UUID, Sequence[Span]], since: int, past: list[PastClaim]) -> None:
    def now() -> Iterator[PublishedClaim]:
        for claim_id, found in sorted(spans.items()):
            for row in claim_rows(claim_id, found, since):
                if isinstance(row, PublishedClaim):
                    yield row
                else:
                    past.append(row)

    insert(PublishedClaim, now())
    insert(PastClaim, past)


def _fill(row: ClaimRow, claim_id: UUID, reviews: Sequence[Span]) -> None:
    """Sets the columns of the claim's row from its reviews, which are sorted by entry, oldest first."""
    live = [span for span in reviews if span.row.status == Status.LIVE]
    row.status = Status.LIVE if live else Status.WITHDRAWN
    row.language = "und"
    row.published_at = min(span.row.published_at for span in reviews)
    row.updated_at = max(span.row.updated_at for span in reviews)
    url = claim_url(claim_id)
    body: dict[str, Any] = {"id": str(claim_id), "url": url, "reviews": [], "license": settings.LICENSE_URL}
    if live:
        # The newest review of each claim. The claim's own review comes before the reviews of merged claims.
        newest = {span.row.claim_id: span for span in live}
        main = newest.get(claim_id, live[-1])
        merged = [span for claim, span in sorted(newest.items()) if claim != claim_id]
        sources = [main, *merged]
        claim = main.row.parsed_body["claim"]
        topics = {topic["slug"]: topic for span in reversed(sources) for topic in span.row.parsed_body["topics"]}
        row.language = claim["language"].lower()
        row.claimant = main.row.claimant
        row.topics = sorted(topics)
        row.appearance_keys = list(dict.fromkeys(key for span in sources for key in span.row.appearance_keys))
        row.claimed_on = main.row.claimed_on
        row.verdicts = sorted({span.row.verdict for span in live if span.row.verdict})
        row.original_verdicts = sorted({span.row.original_verdict for span in live if span.row.original_verdict})
        row.publishers = sorted({span.row.publisher for span in live})
        body = {**claim, **body}
        body["merged"] = [span.row.parsed_body["claim"] for span in merged]
        body["license"] = main.row.parsed_body["license"]
        body["topics"] = [topics[slug] for slug in row.topics]
        body["reviews"] = [
            construct(ReviewOfClaim, span.row.parsed_body).model_dump()
            for span in sorted(live, key=lambda span: (span.row.published_at, span.row.sequence))
        ]
        body["published_at"] = body["reviews"][0]["published_at"]
        body["updated_at"] = max(found["updated_at"] for found in body["reviews"])
    row.body = canonical_unchecked(body).decode()
