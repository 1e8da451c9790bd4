"""The document that is public after a review has been withdrawn."""

from factcheck.record.statements.output import same_field
from factcheck.record.statements.parts import Part, Reference, required
from factcheck.record.statements.review import Publisher, Review


class ClaimReference(Reference):
    """The claim that the review was about."""


class Tombstone(Part):
    """The document that remains at the URL of a withdrawn review."""

    id: str = same_field(Review, "id")
    original_url: str | None = same_field(Review, "original_url")
    language: str = same_field(Review, "language")
    headline: str | None = same_field(Review, "headline")
    publisher: Publisher = same_field(Review, "publisher")
    license: str = same_field(Review, "license")
    claim: ClaimReference = required("", "The claim that the review was about.")
