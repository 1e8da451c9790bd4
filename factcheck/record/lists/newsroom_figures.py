"""The figures of one newsroom in a period, for the desk. They count what is published, and no drafts.

`sql/newsroom_figures.sql` counts. A week begins on Monday in the newsroom's zone.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from factcheck.database.rows import run_public
from factcheck.record.lists.statistics import Statistic, median

# The newest of the period: those that are counted, and those whose bodies are read, which takes 100 microseconds each.
MAX_REVIEWS, MAX_READ = 20_000, 1_000
FIGURES = ("weeks", "topics", "sources", "standard", "replies", "corrections", "days", "demands")


def newsroom_figures(site: str, zone: str, first: date, last: date) -> Mapping[str, Statistic]:
    """Count a newsroom's publications from the first to the last day. Weeks without a review count 0."""
    monday = first - timedelta(days=first.weekday())
    numbers: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in FIGURES}
    numbers["weeks"] = {(str(monday + timedelta(weeks=each)),): 0 for each in range((last - monday).days // 7 + 1)}
    sql = "SELECT * FROM record_newsroom_figures(%s, %s, %s, %s, %s, %s)"
    for name, value, number in run_public(sql, [site, zone, first, last, MAX_REVIEWS, MAX_READ]):
        numbers[name][tuple(value.split())] = number
    days = {int(day): number for (day,), number in numbers["days"].items()}
    return {
        name: Statistic((name,), [*numbers[name].items()], median(days) if name == "days" else None) for name in FIGURES
    }
