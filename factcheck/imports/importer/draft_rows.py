"""Draft rows from imported records, written in bulk with few SQL statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from factcheck.database.bulk_writes import insert, update
from factcheck.editorial.drafts.rows import Row
from factcheck.editorial.drafts.statement_columns import columns_of, values_of
from factcheck.editorial.models import Appearance, Authorship, Claim, Claimant, Publisher, Reply, Review, Source, User
from factcheck.imports.importer.references import References, new_id
from factcheck.imports.readers.imported_review import ImportedReview as Record
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import OriginalRating
from factcheck.record.statements.review import Publisher as PublisherPart


@dataclass
class Rows:
    """The rows for several records, which are collected first and then written one table at a time."""

    references: References
    by: User
    now: datetime = field(default_factory=lambda: timezone.now())  # a lambda, so that tests can set the time
    changed_claims: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    changed_reviews: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    # The new rows of each table. The tables are in an order in which rows refer only to rows of earlier tables.
    new: dict[type[Model], list[Row]] = field(
        default_factory=lambda: {
            model: [] for model in (Claim, Claim.topics.through, Appearance, Review, Source, Reply, Authorship)
        }
    )

    def add(self, record: Record, key: str, digest: str) -> UUID:
        """Add a new review in the state "submitted", and its claim if the claim is new. Return the review's id.

        A new claim gets the same time stamp as the review. `is_claim_imported` later recognises the claim by this time.
        """
        values = record.claim
        claim = self.references.claims_by_id.get(values.id) or self.add_claim(record)
        review_id = UUID(record.id) if record.id else new_id()
        self.new[Review].append(
            new_row(
                Review,
                id=review_id,
                newsroom_id=self.references.newsroom.pk,
                claim_id=claim.id,
                state=Review.State.SUBMITTED,
                import_key=key,
                created_by_id=self.by.pk,
                created_at=self.now,
                changed_at=self.now,
                **self._of_review(record, digest),
            )
        )
        self._add_to_review(review_id, record)
        self.references.review_ids.add(str(review_id))
        return review_id

    def add_claim(self, record: Record) -> Row:
        """Add the record's claim as a new claim, and return its row."""
        values = record.claim
        claim = new_row(
            Claim,
            id=UUID(values.id) if values.id else new_id(),
            newsroom_id=self.references.newsroom.pk,
            logged_by_id=self.by.pk,
            logged_at=self.now,
            changed_at=self.now,
            claimant_id=self._claimant(record),
            **_of_claim(record),
        )
        self.new[Claim].append(claim)
        self._add_to_claim(claim.id, record)
        if values.id:
            self.references.claims_by_id[values.id] = claim
        return claim

    def change(self, review: Review, record: Record, digest: str, *, with_claim: bool) -> None:
        """Update the review's rows from the record, but keep a redacted name and an editor's verdict."""
        written = self._of_review(record, digest)
        # An editor chose the verdict for the publisher's wording, so the verdict stays as long as the wording is the
        # same.
        if review.original_label in ("", written["original_label"]) and not record.verdict.slug:
            written["verdict_id"] = written["verdict_id"] or review.verdict_id
            written["verdict_explanation"] = written["verdict_explanation"] or review.verdict_explanation
        self.changed_reviews[review.pk] = written | {"changed_at": self.now}
        self._add_to_review(review.pk, record)
        if with_claim:
            changed, given = _of_claim(record), record.claim.claimant
            now = review.claim.claimant
            changed["claimant_id"] = review.claim.claimant_id
            # An editor has replaced the name with a description. The import must not bring the name back.
            redacted = now and now.type == Claimant.Type.UNNAMED and given and given.type != Claimant.Type.UNNAMED
            if not redacted:
                changed["claimant_id"] = self._claimant(record)
            self.changed_claims[review.claim_id] = changed | {"changed_at": self.now}
            self._add_to_claim(review.claim_id, record)

    def save(self) -> None:
        if self.changed_reviews:
            update(Review, self.changed_reviews)
            update(Claim, self.changed_claims)
            Source.objects.filter(review__among=self.changed_reviews).delete()
            Reply.objects.filter(review__among=self.changed_reviews).delete()
            Authorship.objects.filter(review__among=self.changed_reviews).delete()
            Appearance.objects.filter(claim__among=self.changed_claims).delete()
            Claim.topics.through._default_manager.filter(claim__among=self.changed_claims).delete()
        for model, rows in self.new.items():
            insert(model, rows)

    def _claimant(self, record: Record) -> UUID | None:
        claimant = self.references.claimant(record)
        return claimant.pk if claimant else None

    def _add_to_claim(self, claim: UUID, record: Record) -> None:
        part, tagged = record.claim, Claim.topics.through
        self._add(Appearance, part.appearances, claim_id=claim)
        self.new[tagged] += [
            new_row(tagged, claim_id=claim, topic_id=topic) for topic in self.references.topics(record)
        ]

    def _add_to_review(self, review: UUID, record: Record) -> None:
        self._add(Source, record.sources, review_id=review)
        self._add(Reply, record.replies, review_id=review)
        self._add(Authorship, record.authors, review_id=review)

    def _add(self, model: type[Model], members: Sequence[Part], **parent: UUID) -> None:
        # A publisher that names a person in a reply says that this person is a public figure.
        self.new[model] += [
            new_row(model, **parent, **columns_of(model, each.to_json_object() | figure), position=position)
            for position, each in enumerate(members)
            for figure in [{"is_public_figure": getattr(each, "type", "") == Claimant.Type.PERSON}]
        ]

    def _of_review(self, record: Record, digest: str) -> dict[str, Any]:
        """Return the columns of a review, with the values from the record."""
        publisher = self.references.publishers[record.publisher.site]
        original = record.verdict.original
        rating = {f"original_{key}": getattr(original, key, None) for key in OriginalRating.model_fields}
        by_name = columns_of(Review, record.to_json_object() | rating)
        del by_name["id"]
        return by_name | {
            "claim_wording": record.claim.worded(record.language).text if record.claim.wordings else "",
            "publisher_id": publisher.pk,
            "original_publisher": _difference(publisher, record),
            "verdict_id": self.references.verdict(record),
            "verdict_explanation": record.verdict.explanation or "",
            "license_url": record.license or "",
            "import_digest": digest,
        }


def new_row(model: type[Model], **columns: Any) -> Row:
    """Return a new row. Columns that aren't given have the model's defaults."""
    return SimpleNamespace(**defaults_of(model) | columns)


def _of_claim(record: Record) -> dict[str, Any]:
    """Return the columns of a claim, with the values from the record but without the claimant."""
    by_name = columns_of(Claim, record.claim.to_json_object())
    del by_name["id"]
    return by_name


@cache
def defaults_of(model: type[Model]) -> dict[str, Any]:
    """Return the model's defaults by column. Each row of an import needs its own salt, which the caller gives."""
    return {column.attname: column.get_default() for column in model._meta.concrete_fields}


def _difference(row: Publisher, record: Record) -> dict[str, Any]:
    """Return the publisher's values in the record that differ from the row. A missing value is None."""
    ours, theirs = values_of(row, PublisherPart), record.publisher
    given = theirs.to_json_object() | {"name": theirs.name or theirs.site}
    return {key: value for key, value in given.items() if ours[key] != value}
