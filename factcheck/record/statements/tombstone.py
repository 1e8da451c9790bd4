"""The document that is public after a review has been withdrawn."""

from factcheck.record.statements.parts import Reference, pick, required
from factcheck.record.statements.review import Review


class ClaimReference(Reference):
    """The claim that the review was about."""


Tombstone = pick(
    Review,
    "id", "original_url", "language", "headline", "publisher", "license",
    model_name="Tombstone",
    doc="The document that remains at the URL of a withdrawn review.",
    claim=(ClaimReference, required("", "The claim that the review was about.")),
)  # fmt: skip
