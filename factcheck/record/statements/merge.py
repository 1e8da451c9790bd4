"""Merges of two claims that say the same, and splits that undo them."""

from pydantic import Field

from factcheck.record.statements.parts import Part, Reference, needed, without
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.values import Id, WebAddress


class Merge(Part):
    """From this entry on, a claim is shown under another claim."""

    id: Id = needed("", "The merged claim.")
    into: Reference = needed("", "The claim that shows the merged claim.")
    publisher: Publisher = needed("", "The newsroom that proposed the merge.")
    license: WebAddress = needed("", "The licence of this document.")


Split = without(
    Merge,
    "into",
    called="Split",
    meaning="A merged claim is a separate claim again.",
    from_=(Reference, Field(alias="from", description="The claim that showed the merged claim.")),
)
