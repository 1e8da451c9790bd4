"""The document that remains public after a review is withdrawn."""

from factcheck.record.statements.parts import Reference, needed, only
from factcheck.record.statements.review import Review


class ClaimReference(Reference):
    """The claim that the review was about."""


Tombstone = only(
    Review,
    "id", "original_url", "language", "headline", "publisher", "license",
    called="Tombstone",
    meaning="The document that remains at the URL of a withdrawn review.",
    claim=(ClaimReference, needed("", "The claim that the review was about.")),
)  # fmt: skip
