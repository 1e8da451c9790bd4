"""The numbers of the statistics page and of `/api/v1/stats/`. They are exact, and about everything published.

Numbers about reviews are counted when the log has a newer entry (`lists/counts.py`). The other tables are small.
Months are in UTC. Claimants aren't counted, and corrections and demands aren't counted by newsroom: nobody is
scored.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from itertools import accumulate

from django.db.models import Count
from django.db.models.functions import TruncMonth

from factcheck.record.evidence.source_checks import SourceCheck
from factcheck.record.lists.counts import count_live
from factcheck.record.log.models import ChangeClass
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.models import PublishedDemand, PublishedReview

MAX_ROWS = 10_000
# The first days of the spans. The last span has no end.
SPANS = (0, 1, 2, 4, 8, 15, 31, 91, 366)

Value = str | int | None
Row = tuple[tuple[Value, ...], int]


@dataclass(frozen=True, slots=True)
class Statistic:
    """Numbers by group. `columns` are the names of the groups' values.

    A statistic of days has spans of days, from `days_from` to `days_to`, and their exact `median`. `left_out` is the
    number of rows whose days are unknown or negative.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    median: float | None = None
    left_out: int = 0

    @property
    def count(self) -> int:
        """Return the sum of all groups."""
        return sum(number for _, number in self.rows)


def reviews_by(*groups: str) -> Statistic:
    """Count the live reviews by these facets, the most frequent values first."""
    return Statistic(groups, [*count_live(PublishedReview, groups, limit=MAX_ROWS).groups[groups]])


def reviews_by_month() -> Statistic:
    """Count the live reviews by month and verdict, newest month first."""
    found = reviews_by("reviewed_month", "verdict")
    return Statistic(found.columns, sorted(found.rows, key=lambda row: row[0][0] or "", reverse=True))


def days_to_review() -> Statistic:
    """Count the days from a claim to its review. Reviews with a later or an unknown date of the claim are left out."""
    found = count_live(PublishedReview, ("days",), limit=MAX_ROWS).groups["days",]
    known = {int(value): number for (value,), number in found if value and not value.startswith("-")}
    return _in_spans(known, sum(number for _, number in found) - sum(known.values()))


def corrections() -> Statistic:
    """Count corrections, updates and changes of state by month, newest month first. Erased corrections are left out."""
    numbers = Counter[tuple[str, str]]()
    found = PublishedCorrection.objects.using("public").values_list(
        TruncMonth("at", tzinfo=UTC), "kind", "change_class"
    )
    for month, kind, change_class, number in found.annotate(counted=Count("pk")):
        if change_class or kind not in (PublishedCorrection.Kind.UPDATE, PublishedCorrection.Kind.CORRECTION):
            numbers[f"{month:%Y-%m}", change_class or kind] += number
    rows = _most_frequent(numbers.items())
    return Statistic(("month", "change"), sorted(rows, key=lambda row: str(row[0][0]), reverse=True))


def days_to_correction() -> Statistic:
    """Count the days from the first publication of a review to each of its substantive corrections."""
    found = PublishedCorrection.objects.using("public").filter(change_class=ChangeClass.SUBSTANTIVE)
    return _in_spans(dict(found.values_list("days").annotate(counted=Count("pk"))))


def source_checks() -> Statistic:
    """Count the sources of live reviews by the result of their newest check."""
    found = SourceCheck.objects.using("public").values_list("state").annotate(counted=Count("state"))
    return Statistic(("state",), _most_frequent(((state,), number) for state, number in found))


def demands() -> Statistic:
    """Count the demands in the register by the kind of sender and the outcome."""
    found = PublishedDemand.objects.using("public").values_list("from_type", "outcome").annotate(counted=Count("pk"))
    return Statistic(
        ("from", "outcome"), _most_frequent(((sender, outcome), number) for sender, outcome, number in found)
    )


STATISTICS: dict[str, Callable[[], Statistic]] = {
    "months": reviews_by_month,
    "topics": partial(reviews_by, "topic"),
    "languages": partial(reviews_by, "language"),
    "days-to-review": days_to_review,
    "corrections": corrections,
    "days-to-correction": days_to_correction,
    "source-checks": source_checks,
    "demands": demands,
}


def _most_frequent(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row[1], [str(value) for value in row[0]]))


def _in_spans(days: dict[int, int], left_out: int = 0) -> Statistic:
    ends: list[int | None] = [first - 1 for first in SPANS[1:]]
    rows: list[Row] = [
        ((first, last), sum(number for day, number in days.items() if first <= day and (last is None or day <= last)))
        for first, last in zip(SPANS, [*ends, None], strict=True)
    ]
    return Statistic(("days_from", "days_to"), rows, median(days), left_out)


def median(numbers: dict[int, int]) -> float | None:
    """Return the median of values, or None if there are no values. `numbers` says how often each value occurs."""
    if not (total := sum(numbers.values())):
        return None
    values = sorted(numbers)
    ends = [*accumulate(numbers[value] for value in values)]
    # The two middle values. They are the same value if the total is odd.
    return sum(values[bisect(ends, place)] for place in ((total - 1) // 2, total // 2)) / 2
