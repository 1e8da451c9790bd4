"""The rows of drafts that records of other publishers become, many at a time in few statements."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from factcheck.editorial import documents
from factcheck.editorial.imports.references import PUBLISHER_FIELDS, Record, References
from factcheck.editorial.models import Appearance, Authorship, Claim, Claimant, Publisher, Review, Source, User

REVIEW_FIELDS = (
    "publisher", "language", "headline", "summary", "body", "verdict", "verdict_explanation", "reviewed_on",
    "original_url", "archive_url", "license_url", "original_label", "original_value", "original_best",
    "original_worst", "original_explanation", "original_image_url", "original_publisher", "import_digest", "changed_at",
)  # fmt: skip
CLAIM_FIELDS = ("text", "language", "claimed_on", "location", "claimant")


@dataclass
class Rows:
    """The rows of some records, gathered and then written table by table."""

    references: References
    by: User
    claims: list[Claim] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    changed_claims: list[Claim] = field(default_factory=list)
    changed_reviews: list[Review] = field(default_factory=list)
    appearances: list[Appearance] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    authorships: list[Authorship] = field(default_factory=list)
    topics: list[Any] = field(default_factory=list)

    def add(self, record: Record, key: str, digest: str) -> Review:
        """A review that is not there yet, in the state "submitted"; of a claim that may be."""
        said = record["claim"]
        claim = self.references.claims_by_id.get(said["id"])
        if claim is None:
            claim = Claim(
                id=UUID(said["id"]) if said["id"] else uuid4(),
                newsroom=self.references.newsroom,
                logged_by=self.by,
            )
            self._write_claim(claim, record)
            self.claims.append(claim)
            if said["id"]:
                self.references.claims_by_id[said["id"]] = claim
        review = Review(
            id=UUID(record["id"]) if record["id"] else uuid4(),
            newsroom=self.references.newsroom,
            claim=claim,
            state=Review.State.SUBMITTED,
            import_key=key,
            created_by=self.by,
        )
        self._write_review(review, record, digest)
        self.reviews.append(review)
        self.references.review_ids.add(str(review.pk))
        return review

    def change(self, review: Review, record: Record, digest: str, *, with_claim: bool) -> None:
        """The same rows as the record has them now. What editors decided here stays: a redacted name, a verdict."""
        mapped, words = review.verdict_id, review.original_label
        self._write_review(review, record, digest)
        if review.verdict_id is None and review.original_label == words:
            review.verdict_id = mapped
        self.changed_reviews.append(review)
        if with_claim:
            self._write_claim(review.claim, record)
            self.changed_claims.append(review.claim)

    def save(self) -> None:
        if self.changed_reviews:
            Source.objects.filter(review__in=self.changed_reviews).delete()
            Authorship.objects.filter(review__in=self.changed_reviews).delete()
            Appearance.objects.filter(claim__in=self.changed_claims).delete()
            Claim.topics.through._default_manager.filter(claim__in=self.changed_claims).delete()
        for claim in self.changed_claims:
            claim.save(update_fields=CLAIM_FIELDS)
        for review in self.changed_reviews:
            review.save(update_fields=REVIEW_FIELDS)
        Claim.objects.bulk_create(self.claims)
        Claim.topics.through._default_manager.bulk_create(self.topics)
        Appearance.objects.bulk_create(self.appearances)
        Review.objects.bulk_create(self.reviews)
        Source.objects.bulk_create(self.sources)
        Authorship.objects.bulk_create(self.authorships)

    def _write_claim(self, claim: Claim, record: Record) -> None:
        said = record["claim"]
        claim.text, claim.language = said["text"], said["language"]
        claim.claimed_on, claim.location = _date(said["claimed_on"]), said["location"] or ""
        redacted = (
            claim.claimant is not None
            and claim.claimant.type == Claimant.Type.UNNAMED
            and said["claimant"] is not None
            and said["claimant"]["type"] != Claimant.Type.UNNAMED
        )
        if not redacted:
            claim.claimant = self.references.claimant(record)
        self.appearances += [
            Appearance(
                claim=claim,
                url=appearance["url"],
                medium=appearance["medium"] or "",
                media_sha256=appearance["media_sha256"] or "",
                archive_url=appearance["archive_url"] or "",
                first=appearance["first"],
            )
            for appearance in said["appearances"]
        ]
        self.topics += [Claim.topics.through(claim=claim, topic_id=topic) for topic in self.references.topics(record)]

    def _write_review(self, review: Review, record: Record, digest: str) -> None:
        verdict, original = record["verdict"], record["verdict"]["original"] or {}
        review.publisher = self.references.publishers[record["publisher"]["site"]]
        review.original_publisher = _difference(review.publisher, record)
        review.language = record["language"]
        review.headline = record["headline"] or ""
        review.summary = record["summary"] or ""
        review.body = record["body"] or ""
        review.verdict_id = self.references.verdict(record)
        review.verdict_explanation = verdict["explanation"] or ""
        review.reviewed_on = _date(record["reviewed_on"])
        review.original_url = record["original_url"]
        review.archive_url = record["archive_url"] or ""
        review.license_url = record["license"] or ""
        review.original_label = original.get("label") or ""
        review.original_value = original.get("value") or ""
        review.original_best = original.get("best") or ""
        review.original_worst = original.get("worst") or ""
        review.original_explanation = original.get("explanation") or ""
        review.original_image_url = original.get("image_url") or ""
        review.import_digest = digest
        self.sources += [
            Source(
                review=review,
                position=position,
                title=source["title"] or "",
                url=source["url"] or "",
                publisher=source["publisher"] or "",
                stance=source["stance"] or "",
                quote=source["quote"] or "",
                archive_url=source["archive_url"] or "",
                accessed_on=_date(source["accessed_on"]),
            )
            for position, source in enumerate(record["sources"])
        ]
        self.authorships += [Authorship(review=review, name=author["name"]) for author in record["authors"]]


def _difference(row: Publisher, record: Record) -> dict[str, Any]:
    """What the record says of its publisher and the row does not; null where the record says nothing."""
    ours, theirs = documents.publisher(row), record["publisher"]
    said = {key: theirs[key] for key in PUBLISHER_FIELDS} | {"name": theirs["name"] or theirs["site"]}
    return {key: value for key, value in said.items() if ours[key] != value}


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
