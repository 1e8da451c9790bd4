"""Merges of claims that say the same, and splits that undo merges."""

from pydantic import Field

from factcheck.record.statements.parts import Part, Reference, omit, required
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.values import Id, Url


class Merge(Part):
    """From this entry on, a claim is shown under another claim."""

    id: Id = required("", "The merged claim.")
    into: Reference = required("", "The claim under which the merged claim is shown.")
    publisher: Publisher = required("", "The newsroom that proposed the merge.")
    license: Url = required("", "The licence of this document.")


Split = omit(
    Merge,
    "into",
    model_name="Split",
    doc="A merged claim is a separate claim again.",
    from_=(Reference, Field(alias="from", description="The claim under which the merged claim was shown.")),
)
