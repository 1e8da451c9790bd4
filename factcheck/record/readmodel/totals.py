"""The maintained totals of reviews and claims by facet, for example by verdict, publishers' words or month.

Triggers keep the totals exact (`sql/totals.sql`). Reading them takes the same time for ten reviews and for a million.
For reviews, there are also totals by pairs of facets.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Coalesce, Left

from factcheck.record.readmodel.models import PublishedClaim, PublishedReview, PublishedTotal
from factcheck.record.readmodel.row_models import Status

CountedModel = type[PublishedReview] | type[PublishedClaim]
Numbers = list[tuple[str, int]]  # values with their numbers, most frequent first
Group = tuple[str, ...]  # the names of facets or dates

NAMES: dict[CountedModel, str] = {PublishedReview: "reviews", PublishedClaim: "claims"}
# The facets with several values per row. All other facets have one value, so their numbers can be added.
LISTS = {PublishedReview: {"topic"}, PublishedClaim: {"verdict", "original_verdict", "publisher", "topic"}}
_PAIRED = ("language", "month", "publisher", "topic", "verdict")
PAIRS = {*combinations(_PAIRED, 2), ("reviewed_month", "verdict")}  # of reviews
_SINGLE = {
    PublishedReview: {*_PAIRED, "reviewed_month", "original_verdict", "days"},
    PublishedClaim: {"language", "verdict", "original_verdict", "publisher", "topic", "month"},
}
_MONTHS = {"year": "month", "reviewed_year": "reviewed_month"}  # a year is the sum of its months


def read_totals(model: CountedModel, facets: Collection[str]) -> dict[str, Numbers]:
    """Return the numbers of each facet. Rows without a value are counted under ""."""
    found: dict[str, Numbers] = {facet: [] for facet in facets}
    rows = _rows(model).filter(facet__in=facets)
    for facet, value, number in rows.order_by("-number", "value").values_list("facet", "value", "number"):
        found[facet].append((value, number))
    return found


def count_values(model: CountedModel, facet: str, values: Collection[str]) -> int:
    """Return the number of live rows with these values of a facet.

    A row with several of the values counts several times.
    """
    found = _rows(model).filter(facet=facet, value__in=values).values_list("number", flat=True)
    return sum(found)


def live_rows(model: CountedModel) -> int:
    return dict(read_totals(model, ["status"])["status"]).get(Status.LIVE, 0)


def group_totals(
    model: CountedModel, chosen: Mapping[str, Sequence[Any]], groups: Sequence[Group], limit: int
) -> list[list[tuple[tuple[str, ...], int]]] | None:
    """Return the values of each group with their numbers, most frequent first. Only one query is made.

    At most `limit` values per group are returned. Only the rows with the `chosen` values are counted. The empty group
    has a single number, which is the sum. Return None if the totals don't contain one of the groups. They contain a
    group if the group and the chosen facets are at most two facets.
    """
    parts = [_part(model, chosen, group) for group in groups]
    if any(part is None for part in parts):
        return None
    numbered = [
        part.annotate(part=Value(number)).order_by("-counted", "first", "second")[:limit]
        for number, part in enumerate(parts)
        if part is not None
    ]
    rows = numbered[0].union(*numbered[1:], all=True) if len(numbered) > 1 else numbered[0]
    found: list[list[tuple[tuple[str, ...], int]]] = [[] for _ in groups]
    for first, second, number, part in rows:
        found[part].append(((first, second)[: len(groups[part])], number))
    return [sorted(values, key=lambda each: (-each[1], each[0])) for values in found]


def _part(model: CountedModel, chosen: Mapping[str, Sequence[Any]], group: Group) -> QuerySet[Any, Any] | None:
    """Return the values and the numbers of a group, as columns `first`, `second` and `counted`.

    Return None if the totals don't contain the group.
    """
    # The rows of the totals for exactly these facets are read. The facets are those of the group and of the chosen
    # values together. A year is read as the sum of its months. If a review can have several values of a facet, only one
    # value can be chosen, and the facet can't also be a group. Otherwise reviews would count several times.
    months = {_MONTHS.get(name, name) for name in [*group, *chosen]}
    facets = sorted(months or {"status"})
    known = months <= _SINGLE[model] if len(facets) == 1 else model is PublishedReview and tuple(facets) in PAIRS
    if (months and not known) or any(len(chosen[name]) > 1 or name in group for name in LISTS[model] & chosen.keys()):
        return None
    columns = dict(zip(facets, ("value", "other"), strict=False))
    rows = _rows(model).filter(facet=",".join(facets))
    if not months:
        rows = rows.filter(value=Status.LIVE)
    for name, values in chosen.items():
        column = columns[_MONTHS.get(name, name)]
        rows = rows.filter(reduce(or_, (_has_value(name, column, value) for value in values), Q()))
    values = [_value_of(name, columns[_MONTHS.get(name, name)]) for name in group]
    first, second = [*values, Value("", TextField()), Value("", TextField())][:2]
    grouped = rows.annotate(first=first, second=second).values_list("first", "second")
    return grouped.annotate(counted=Coalesce(Sum("number"), 0))


def _has_value(name: str, column: str, value: str) -> Q:
    if name in _MONTHS:
        return Q(**{f"{column}__startswith": f"{value}-"})
    found = Q(**{column: value})
    if name == "language":  # a language includes its regional variants
        found |= Q(**{f"{column}__startswith": f"{value}-"})
    return found


def _value_of(name: str, column: str) -> Any:
    return Left(column, 4) if name in _MONTHS else F(column)


def _rows(model: CountedModel) -> QuerySet[PublishedTotal]:
    return PublishedTotal.objects.using("public").filter(rows=NAMES[model])


def find_wrong_total() -> str | None:
    """Describe the first total that differs from the rows, for `manage.py verify_record`.

    Return None without a fault.
    """
    expected = compute_totals()
    stored = dict(PublishedTotal.objects.values_list("pk", "number"))
    for key in sorted(expected.keys() | stored.keys()):
        if stored.get(key, 0) != expected[key]:
            rows, facet, *values = key
            value = " ".join(filter(None, values))
            return f"The total of {rows} with the {facet} {value} is {stored.get(key, 0)} instead of {expected[key]}."
    return None


def compute_totals() -> Counter[tuple[str, str, str, str]]:
    """Count all totals from the rows, without the database's functions."""
    found = Counter[tuple[str, str, str, str]]()
    names = ("status", "language", "topics", "published_at")
    one = (*names, "verdict", "original_verdict", "publisher", "reviewed_on", "claimed_on")
    for review in PublishedReview.objects.values_list(*one).iterator(1000):
        status, language, topics, published, verdict, original, publisher, reviewed, claimed = review
        found["reviews", "status", status, ""] += 1
        if status == Status.LIVE:
            day = published.astimezone(UTC).date()
            checked = reviewed or day
            facets = {
                "language": [language], "topic": topics or [""], "verdict": [verdict or ""],
                "original_verdict": [original or ""], "publisher": [publisher],
                "month": [_month(day)], "reviewed_month": [_month(checked)],
                "days": [str((checked - claimed).days) if claimed else ""],
            }  # fmt: skip
            found.update(("reviews", facet, value, "") for facet, values in facets.items() for value in values)
            found.update(
                ("reviews", f"{first},{second}", value, other)
                for first, second in PAIRS
                for value in facets[first]
                for other in facets[second]
            )
    several = (*names, "verdicts", "original_verdicts", "publishers")
    for claim in PublishedClaim.objects.values_list(*several).iterator(1000):
        status, language, topics, published, verdicts, originals, publishers = claim
        found["claims", "status", status, ""] += 1
        if status == Status.LIVE:
            lists = {"topic": topics, "verdict": verdicts, "original_verdict": originals, "publisher": publishers}
            facets = {"language": [language], "month": [_month(published.astimezone(UTC))], **lists}
            found.update(("claims", facet, value, "") for facet, values in facets.items() for value in values or [""])
    return found


def _month(day: date) -> str:
    return day.isoformat()[:7]  # with four digits of the year, also before the year 1000
