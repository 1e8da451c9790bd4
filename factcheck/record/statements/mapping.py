"""The statement with which a newsroom adopts mappings of other publishers' verdicts."""

from typing import Annotated

from pydantic import Field

from factcheck.record.statements.parts import Part, optional, required
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import Id, Labels, Line, Meanings, Site, Slug, Url

MAX_MAPPINGS = 500
MAX_WORDS = 199  # characters. Longer words would be cut off where reviews are compared (`row_models.MAX_ORIGINAL`).


class ComparableVerdict(Part):
    """A verdict on a rating scale of this site."""

    scale: Slug = required("", "Rating scale.", "truth")
    slug: Slug = required("", "Verdict on the rating scale.", "false")
    labels: Labels = optional("", "Labels by language.", {"en": "False", "vi": "Sai"}, dict)
    meanings: Meanings = optional("", "Meaning of the verdict, by language.", {"en": "The claim is wrong."}, dict)
    value: int | None = optional("", "Number between `worst` and `best`. Null if the verdict doesn't have a number.", 1)
    best: int | None = optional("", "Value that means that the claim is true.", 5)
    worst: int | None = optional("", "Value that means that the claim is false.", 1)


class Mapping(Part):
    """A publisher's words, and the verdict that they mean."""

    site: Site | None = required(
        _("publisher's site"), "Null for every publisher without a mapping of these words.", "check.example"
    )
    words: Annotated[str, Line(MAX_WORDS)] = required(
        _("their words"), "The verdict in the publisher's words. Compared without case.", "Pants on Fire"
    )
    verdict: ComparableVerdict | None = required(
        _("our verdict"), "The verdict that the words mean. Null if the mapping is withdrawn."
    )


class Adoption(Part):
    """From this entry on, these words mean these verdicts. An earlier mapping of the same words no longer applies."""

    id: Id = required("", "Never changes.")
    mappings: list[Mapping] = Field(min_length=1, max_length=MAX_MAPPINGS, title=_("verdict mappings"))
    publisher: Publisher = required(_("publisher"), "The newsroom that proposed the mappings.")
    license: Url = required(_("licence"), "The licence of this document.")
