"""The lists of what is published: their rows, the dimensions by which rows are found, and their orders.

The API, pages for readers, feeds, Google's form and the tools for assistants show these lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from factcheck.record.lists import dimensions
from factcheck.record.lists.pages import Order, Source, both_ways
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.models import PublishedClaim, PublishedDemand, PublishedReview


@dataclass(frozen=True)
class PublishedList:
    """A list. Its dimensions and orders name columns of `rows`. The first order is the default."""

    rows: QuerySet[Any]
    orders: Mapping[str, Order]
    filters: Sequence[dimensions.Dimension] = ()

    @cached_property
    def source(self) -> Source:
        """Return the SQL for `rows`, which Django compiles once, because that takes longer than the query itself."""
        return Source.of(self.rows)

    @cached_property
    def on_pages(self) -> Mapping[str, dimensions.Dimension]:
        """Return the filters of pages for readers, by name."""
        return {each.name: each for each in self.filters if each.label}

    @property
    def newest_first(self) -> Order:
        return next(iter(self.orders.values()))


REVIEWS = PublishedList(
    PublishedReview.objects.using("public").live(),
    both_ways("published_at", "updated_at", "reviewed_on", "claimed_on", nullable=["reviewed_on", "claimed_on"]),
    dimensions.REVIEW_DIMENSIONS,
)
CLAIMS = PublishedList(
    PublishedClaim.objects.using("public").live(),
    both_ways("published_at", "updated_at", "claimed_on", nullable=["claimed_on"]),
    dimensions.CLAIM_DIMENSIONS,
)
# Corrections to withdrawn reviews are kept. Erased corrections keep only their kind and time.
CORRECTIONS = PublishedList(
    PublishedCorrection.objects.using("public").all(),
    {"-sequence": Order("sequence", descending=True, tie="review_id")},
    dimensions.CORRECTION_DIMENSIONS,
)
DEMANDS = PublishedList(
    PublishedDemand.objects.using("public").all(),
    both_ways("published_at", "updated_at", "received_on"),
    dimensions.DEMAND_DIMENSIONS,
)
