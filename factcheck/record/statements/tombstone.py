"""What stays at the address of a withdrawn review."""

from factcheck.record.statements.parts import Reference, needed, only
from factcheck.record.statements.review import Review


class ClaimReference(Reference):
    """The claim that it was about."""


Tombstone = only(
    Review,
    "id", "original_url", "language", "headline", "publisher", "license",
    called="Tombstone",
    meaning="What stays at the address of a withdrawn review.",
    claim=(ClaimReference, needed("", "The claim that it was about.")),
)  # fmt: skip
