"""The rows of claims, now and in the past, made from the rows of their reviews.

A claim's row shows what its newest live review says of it, and the reviews of claims that were merged into it. Every
entry about one of its reviews makes a new row, and every merge and split, so that what stood after any entry of the
log can be shown again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings

from factcheck.database.bulk_writes import insert
from factcheck.record.formats.canonical import respelled
from factcheck.record.formats.urls import claim_url
from factcheck.record.readmodel.claim_merges import Family
from factcheck.record.readmodel.models import PastClaim, PastReview, PublishedClaim, PublishedReview
from factcheck.record.readmodel.row_models import ClaimRow, ReviewRow, Status, as_past

REVIEW_IN_CLAIM = (
    "id", "url", "original_url", "language", "headline", "verdict",
    "reviewed_on", "published_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A review's row, and between which entries the claim showed it (until None: it does)."""

    row: ReviewRow
    since: int
    until: int | None

    def covers(self, sequence: int) -> bool:
        return self.since <= sequence and (self.until is None or sequence < self.until)


def spans_by_claim(rows: Iterable[tuple[ReviewRow, int | None]], family: Family) -> dict[UUID, list[Span]]:
    """Rows, each with the entry that took its place, by the claims under which they are and were shown."""
    found: dict[UUID, list[Span]] = {}
    for row, until in rows:
        if row.claim_id is None:
            continue
        for home in family.homes(row.claim_id):
            since = max(row.sequence, home.since)
            end = min((each for each in (until, home.until) if each is not None), default=None)
            if end is None or since < end:
                found.setdefault(home.claim_id, []).append(Span(row, since, end))
    return found


def all_spans(ids: Collection[UUID]) -> dict[UUID, list[Span]]:
    """All reviews that these claims ever showed."""
    family = Family.of(ids)
    now = PublishedReview.objects.filter(claim_id__in=family.members)
    past = PastReview.objects.filter(claim_id__in=family.members)
    spans = spans_by_claim([*((row, None) for row in now), *((row, row.until) for row in past)], family)
    return {claim_id: spans.get(claim_id, []) for claim_id in ids}


def events(spans: Sequence[Span], since: int = 0) -> list[int]:
    """The entries from `since` on that changed something for the claim of these spans."""
    changes = {span.since for span in spans} | {span.until for span in spans if span.until is not None}
    return sorted(event for event in changes if event >= since)


def claim_rows(claim_id: UUID, spans: Sequence[Span], since: int = 0) -> Iterator[PublishedClaim | PastClaim]:
    """The rows that entries from `since` on made of a claim; the last is what is public now, if a review is left."""
    changes = events(spans, since)
    for event, until in pairwise([*changes, None]):
        assert event is not None
        reviews = sorted((span for span in spans if span.covers(event)), key=lambda span: span.row.sequence)
        if reviews:
            row = PublishedClaim(id=claim_id) if until is None else PastClaim(id=claim_id, until=until)
            row.sequence = event
            _fill(row, claim_id, reviews)
            yield row


def project_claims(spans: Mapping[UUID, Sequence[Span]], since: int, former: Sequence[PublishedClaim]) -> None:
    """Brings claims up to date with the entries from `since` on.

    `spans` are the claims' reviews that are public now, and those that stopped being so with these entries. `former`
    are the rows that these claims have.
    """
    if former:
        PublishedClaim.objects.filter(id__among=[row.id for row in former]).delete()
    _store(spans, since, [as_past(PastClaim, row, events(spans[row.id], since)[0]) for row in former])


def remake_claims(ids: Collection[UUID]) -> None:
    """Makes all rows of these claims anew, after an erasure, a merge or a split changed which reviews they show."""
    PastClaim.objects.filter(id__in=ids).delete()
    # A claim whose last review was erased or is shown by another claim has nothing left to show.
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
    """Says in the row what these reviews, the oldest entry first, make of the claim."""
    live = [span for span in reviews if span.row.status == Status.LIVE]
    row.status = Status.LIVE if live else Status.WITHDRAWN
    row.language = "und"
    row.published_at = min(span.row.published_at for span in reviews)
    row.updated_at = max(span.row.updated_at for span in reviews)
    url = claim_url(claim_id)
    body: dict[str, Any] = {"id": str(claim_id), "url": url, "reviews": [], "license": settings.LICENSE_URL}
    if live:
        # The newest of each claim; the claim itself speaks before those that were merged into it.
        speakers = {span.row.claim_id: span for span in live}
        speaker = speakers.get(claim_id, live[-1])
        merged = [span for claim, span in sorted(speakers.items()) if claim != claim_id]
        told = [speaker, *merged]
        claim = speaker.row.said["claim"]
        topics = {topic["slug"]: topic for span in reversed(told) for topic in span.row.said["topics"]}
        row.language = claim["language"].lower()
        row.claimant = speaker.row.claimant
        row.topics = sorted(topics)
        row.appearance_keys = list(dict.fromkeys(key for span in told for key in span.row.appearance_keys))
        row.claimed_on = speaker.row.claimed_on
        row.verdicts = sorted({span.row.verdict for span in live if span.row.verdict})
        row.publishers = sorted({span.row.publisher for span in live})
        body = {**claim, **body}
        body["merged"] = [span.row.said["claim"] for span in merged]
        body["license"] = speaker.row.said["license"]
        body["topics"] = [topics[slug] for slug in row.topics]
        body["reviews"] = [
            {key: span.row.said[key] for key in REVIEW_IN_CLAIM}
            | {"publisher": {key: span.row.said["publisher"][key] for key in ("name", "site")}}
            for span in sorted(live, key=lambda span: (span.row.published_at, span.row.sequence))
        ]
        body["published_at"] = body["reviews"][0]["published_at"]
        body["updated_at"] = max(found["updated_at"] for found in body["reviews"])
    row.body = respelled(body).decode()
