"""Published claims that probably say the same as a text, for the first part of the search page.

The page says nothing about claims below the threshold of matching. docs/explanation/performance.md has the precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.matching.matches import match
from factcheck.record.models import PublishedClaim, PublishedReview
from factcheck.website.filters import Filters
from factcheck.website.queries import Body

MAX_CLAIMS, MAX_REVIEWS = 3, 5
MATCHED = 10  # claims that are compared, because a filter can leave some of them out

DIFFERENCES = {
    "negation": _("One of the two texts denies what the other says."),
    "number": _("The texts state different numbers."),
    "name": _("The texts name different people or places."),
    "date": _("The texts state different dates."),
}


@dataclass(frozen=True, slots=True)
class SameClaim:
    """A claim with its live reviews that the filters allow. `differences` are warnings for readers."""

    claim: Body
    reviews: list[Body]
    differences: list[str | Promise]


def find_same(text: str, filters: Filters) -> list[SameClaim]:
    """The claims above the threshold, best match first. Raises TimeoutError."""
    matches = match(text, limit=MATCHED).results
    if not matches:
        return []
    claims = _bodies(PublishedClaim.objects.using("public").live(), [each.claim_id for each in matches])
    wanted = [UUID(review["id"]) for claim in claims.values() for review in claim["reviews"]]
    allowed = _bodies(filters.narrow(PublishedReview.objects.using("public").live()), wanted)
    found = []
    for each in matches:
        if each.claim_id in claims:
            claim = claims[each.claim_id]
            reviews = [allowed[pk] for review in claim["reviews"] if (pk := UUID(review["id"])) in allowed]
            if reviews:
                found.append(SameClaim(claim, reviews[:MAX_REVIEWS], [DIFFERENCES[name] for name in each.differs]))
    return found[:MAX_CLAIMS]


def _bodies(rows: Any, ids: Sequence[UUID]) -> dict[UUID, Body]:
    return {pk: orjson.loads(body) for pk, body in rows.filter(pk__in=ids).values_list("pk", "body")}
