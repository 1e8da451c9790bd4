"""What the log says of two claims that are the same, or are no longer held to be."""

from pydantic import Field

from factcheck.record.statements.parts import Part, Reference, needed, without
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.values import Id, WebAddress


class Merge(Part):
    """A claim is shown under another one from now on."""

    id: Id = needed("", "The claim that is shown under another one.")
    into: Reference = needed("", "The claim that shows it.")
    publisher: Publisher = needed("", "The newsroom that proposed it.")
    license: WebAddress = needed("", "The licence of this document.")


Split = without(
    Merge,
    "into",
    called="Split",
    meaning="A claim is shown by itself again.",
    from_=(Reference, Field(alias="from", description="The claim that showed it.")),
)
