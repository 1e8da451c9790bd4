"""The extra information of a list: about a search, and about the number of its results."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from factcheck.record.readmodel.bodies import MappedVerdict
from factcheck.record.statements.output import Nested, Output, SiteUrl, Uuid, left_out, one_of


class Total(Nested):
    """Sent with `count=true`."""

    value: int | None
    """Null if there was no time even for the first 10,000 rows."""
    exact: bool
    """False if counting took too long. The numbers are then lower bounds."""


class FacetValue(Nested):
    """A value."""

    value: str
    count: int


class Facet(Nested):
    """A facet."""

    values: list[FacetValue]
    exact: bool
    """False if counting took too long. The numbers are then lower bounds."""


class LeftOut(Nested):
    """A requested id that isn't in the list."""

    id: Uuid
    reason: Annotated[str, one_of(["withdrawn", "erased", "unknown", "other filters"])]


class Meta(Output):
    """Sent if you search for words or request extra information."""

    relaxed: bool | SkipJsonSchema[None] = left_out()
    """True if no result contains all the words. The results then contain some words or have a similar meaning."""
    complete: bool | SkipJsonSchema[None] = left_out()
    """False if the search ran out of time before it had read all candidates."""
    ranked: int | SkipJsonSchema[None] = left_out()
    """How many of the newest results are ranked by relevance. Older results follow by date. Sent if there are any."""
    explanation: str | SkipJsonSchema[None] = left_out()
    """Why no results were added by meaning. Sent if few results contain all the words."""
    found_by: dict[str, Annotated[str, one_of(["words", "some words", "meaning"])]] | SkipJsonSchema[None] = left_out()
    """How each result was found, by the result's id. Sent if some results don't contain all the words."""
    count: Total | SkipJsonSchema[None] = left_out()
    facets: dict[str, Facet] | SkipJsonSchema[None] = left_out()
    """Sent with `facets`: the 50 most frequent values of each facet."""
    ids_left_out: list[LeftOut] | SkipJsonSchema[None] = left_out()
    """Sent with `ids`: the requested ids that aren't in the list, and why."""
    mapped_verdicts: dict[str, MappedVerdict] | SkipJsonSchema[None] = left_out()
    """Sent if two people have mapped the words of a review's publisher: the mapped verdict, by the review's id."""
    highlights: dict[str, dict[str, str]] | SkipJsonSchema[None] = left_out()
    """Sent with `highlight=true`. Contains texts for each result's id, as escaped HTML with the words in `<mark>`."""


class ListPage(Output):
    """A page of a list."""

    model_config = ConfigDict(use_attribute_docstrings=False)  # models that are made by a function have no source

    results: list[Any]
    next: SiteUrl | None = Field(description="The next page.")
    previous: SiteUrl | None = Field(description="The previous page.")


class SearchedPage(ListPage):
    """A page of a list."""

    meta: Meta | SkipJsonSchema[None] = left_out()
