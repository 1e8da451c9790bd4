"""The maintained totals of reviews and claims by facet, for example by verdict, publishers' words or month.

Triggers keep the totals exact (`sql/totals.sql`). Reading them takes the same time for ten reviews and for a million.
"""

from collections import Counter
from collections.abc import Collection
from datetime import UTC

from factcheck.record.readmodel.models import PublishedClaim, PublishedReview, PublishedTotal
from factcheck.record.readmodel.row_models import Status

CountedModel = type[PublishedReview] | type[PublishedClaim]
Numbers = list[tuple[str, int]]  # values with their numbers, most frequent first

NAMES: dict[CountedModel, str] = {PublishedReview: "reviews", PublishedClaim: "claims"}
# The facets with several values per row. All other facets have one value, so their numbers can be added.
LISTS = {PublishedReview: {"topic"}, PublishedClaim: {"verdict", "original_verdict", "publisher", "topic"}}


def read_totals(model: CountedModel, facets: Collection[str]) -> dict[str, Numbers]:
    """The numbers of each facet. Rows without a value have the value ""."""
    found: dict[str, Numbers] = {facet: [] for facet in facets}
    rows = PublishedTotal.objects.using("public").filter(rows=NAMES[model], facet__in=facets)
    for facet, value, number in rows.order_by("-number", "value").values_list("facet", "value", "number"):
        found[facet].append((value, number))
    return found


def live_rows(model: CountedModel) -> int:
    return dict(read_totals(model, ["status"])["status"]).get(Status.LIVE, 0)


def find_wrong_total() -> str | None:
    """A sentence about the first total that differs from the rows, for `manage.py verify_record`."""
    expected = compute_totals()
    stored = dict(PublishedTotal.objects.values_list("pk", "number"))
    for key in sorted(expected.keys() | stored.keys()):
        if stored.get(key, 0) != expected[key]:
            rows, facet, value = key
            return f"The total of {rows} with the {facet} {value} is {stored.get(key, 0)} instead of {expected[key]}."
    return None


def compute_totals() -> Counter[tuple[str, str, str]]:
    """All totals, counted from the rows without the database's functions."""
    found = Counter[tuple[str, str, str]]()
    for model in NAMES:
        one = model is PublishedReview
        columns = (
            ["verdict", "original_verdict", "publisher", "reviewed_on"]
            if one
            else ["verdicts", "original_verdicts", "publishers", "published_at"]
        )
        rows = model.objects.values_list("status", "language", "topics", "published_at", *columns)
        for status, language, topics, published, verdicts, originals, publishers, reviewed in rows.iterator(1000):
            facets = {"status": [status]}
            if status == Status.LIVE:
                month, reviewed_month = (
                    f"{published.astimezone(UTC):%Y-%m}",
                    f"{reviewed:%Y-%m}" if reviewed and one else "",
                )
                facets |= {
                    "language": [language], "topic": topics,
                    "verdict": [verdicts] if one else verdicts,
                    "original_verdict": [originals] if one else originals,
                    "publisher": [publishers] if one else publishers,
                    "year": [month[:4]], "month": [month],
                    "reviewed_year": [reviewed_month[:4]], "reviewed_month": [reviewed_month],
                }  # fmt: skip
            found.update(
                (NAMES[model], facet, each or "") for facet, values in facets.items() for each in values or [""]
            )
    return found
