"""Totals and groups of reviews and claims, counted from the rows and remembered until the log has a newer entry.

A count is exact if there is time. Otherwise only the first AT_LEAST rows are counted, so each number is a lower bound.
"""

import math
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connections
from django.db.models import QuerySet

from factcheck.database.query_timeout import rows_within
from factcheck.record.lists.dimensions import FACETS, PUBLISHED_ON, Dimension
from factcheck.record.lists.pages import condition_of
from factcheck.record.lists.published_lists import CLAIMS, CORRECTIONS, REVIEWS
from factcheck.record.log.models import newest_sequence
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.tools.budget import SEARCH_SECONDS, current

VALUES = 50  # per facet, the most frequent values first
AT_LEAST = 10_000  # rows that are counted if there is no time for all
SHARE = 0.8  # of the time, for counting all rows
SECONDS = 10  # for counts that have to be exact
# Seconds until rows are counted again although the log hasn't grown: because there was no time, or because
# `rebuild_record` can change rows.
RETRY, MAX_AGE = 60, 600
MAX_REMEMBERED, MAX_NUMBERS = 500, 100_000  # counts in this process, and numbers in them

CountedModel = type[PublishedReview] | type[PublishedClaim] | type[PublishedCorrection]
Group = tuple[str, ...]  # the names of facets or dates
Value = tuple[str | None, ...]

_FACETS: dict[CountedModel, dict[str, Dimension]] = {
    each.rows.model: {dimension.name: dimension for dimension in each.filters if dimension.facet}
    for each in (REVIEWS, CLAIMS, CORRECTIONS)
}
# The publisher's date of a review, or else the day of a newsroom's publication on this site, in UTC.
_REVIEWED = f"coalesce(reviewed_on, {PUBLISHED_ON})"
# A date as text is ten times as fast as `to_char`, and has four digits of the year, also before the year 1000.
_DATES = {
    f"{prefix}{unit}": f"left(({day})::text, {length})"
    for prefix, day in (("", PUBLISHED_ON), ("reviewed_", _REVIEWED))
    for unit, length in (("year", 4), ("month", 7))
    if f"{prefix}{unit}" not in FACETS
}
GROUPS = (*FACETS, *_DATES)
# From the claim to its review.
_DAYS = {"days": f"({_REVIEWED} - claimed_on)"}


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of rows, and for each group its values with their numbers, the most frequent values first.

    If `exact` is false, each number is a lower bound.
    """

    total: int
    groups: Mapping[Group, list[tuple[Value, int]]]
    exact: bool = True


class _Memory(dict[tuple[str, str], tuple["Future[Counts | None]", float]]):
    """The counts after the newest entry of a database's log, each with the time until which it is used.

    A count that a thread is making now is a future without a result.
    """

    head: tuple[str, int | None] | None = None


_memory, _lock = _Memory(), threading.Lock()
forget_counts = _memory.clear


def count(rows: QuerySet[Any], tsquery: str | None, groups: Sequence[Group], limit: int = VALUES) -> Counts | None:
    """Count the rows that also match the `tsquery`, at most `limit` values per group. `rows` is a query of one table.

    Return None if there is no place, or no time even for AT_LEAST rows. After each publication, many requests need the
    same counts again. One thread makes a count, and the others wait for it. If it fails, they don't try again.
    """
    budget = current()
    sql, parameters = _statement(rows, tsquery, groups, limit)
    key = sql, repr(parameters)
    future, mine = _find((connections["public"].settings_dict["NAME"], newest_sequence()), key)
    found = None
    try:
        with suppress(TimeoutError), nullcontext() if future.done() else budget.place():
            found = _count_in_time(rows, tsquery, groups, limit) if mine else future.result(min(SECONDS, budget.left))
    finally:
        if mine:
            future.set_result(found)
            seconds = 0 if found is None else MAX_AGE if found.exact else RETRY
            with _lock:
                if _memory.get(key, (None, 0))[0] is future:  # otherwise, the log has grown
                    _memory[key] = future, time.monotonic() + seconds
    if found is None or not found.exact:
        budget.left_out.append("exact counts" if found else "counts")
    return found


def _find(version: tuple[str, int | None], key: tuple[str, str]) -> tuple["Future[Counts | None]", bool]:
    """Return a count, and whether this thread has to make it. Forget all counts of other versions."""
    with _lock:
        numbers = sum(_size(future.result()) for future, _ in _memory.values() if future.done())
        if _memory.head != version or len(_memory) > MAX_REMEMBERED or numbers > MAX_NUMBERS:
            _memory.clear()
            _memory.head = version
        future, until = _memory.get(key, (None, 0))
        found = future.result() if future and future.done() else None
        # A page with more time than a search counts all rows, and doesn't take the lower bound of a search.
        if future and time.monotonic() < until and not (found and not found.exact and current().left > SEARCH_SECONDS):
            return future, False
        _memory[key] = Future(), math.inf
        return _memory[key][0], True


def _count_in_time(rows: QuerySet[Any], tsquery: str | None, groups: Sequence[Group], limit: int) -> Counts | None:
    """Count all rows, or otherwise AT_LEAST rows."""
    for share, at_least in ((SHARE, None), (1, AT_LEAST)):
        sql, parameters = _statement(rows, tsquery, groups, limit, at_least)
        if found := _counted(rows_within(sql, parameters, share * current().left), groups, at_least or math.inf):
            return found
    return None


def count_live(model: type[PublishedReview] | type[PublishedClaim], *groups: Group, limit: int = VALUES) -> Counts:
    """Count all live rows exactly, in a time of its own. Raise OperationalError, a 503, if there is no time."""
    with current().within(SECONDS):
        found = count(model.objects.using("public").live(), None, groups, limit)
    if found is None or not found.exact:
        raise OperationalError("counting takes too long")
    return found


def _counted(rows: list[tuple[Any, ...]] | None, groups: Sequence[Group], most: float = math.inf) -> Counts | None:
    """Return the counts, which are exact if fewer than `most` rows were counted."""
    if rows is None:
        return None
    found: dict[int, list[tuple[Value, int]]] = {number: [] for number in range(len(groups) + 1)}
    for part, value, number in rows:
        found[part].append((tuple(value), number))
    total = found[0][0][1]
    return Counts(total, {group: found[number] for number, group in enumerate(groups, 1)}, total < most)


def _size(counts: Counts | None) -> int:
    return 1 + sum(map(len, counts.groups.values())) if counts else 0


def _statement(
    rows: QuerySet[Any], tsquery: str | None, groups: Sequence[Group], limit: int, at_least: int | None = None
) -> tuple[str, list[Any]]:
    model = rows.model
    where, parameters = condition_of(rows)
    if tsquery is not None:
        where = f"{where} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)"
        parameters.append(tsquery)
    parts = [_part(model, number, group, limit) for number, group in enumerate(groups, 1)]
    # Rows with words, and claims, are read once for all groups. Reviews are read from an index for each group, which is
    # faster. Claims have no such index, because a row with many values wouldn't fit into it.
    once = "MATERIALIZED" if tsquery is not None or at_least or model is PublishedClaim else "NOT MATERIALIZED"
    limited = f"LIMIT {at_least}" if at_least else ""
    # Bodies and search vectors are large, so only the values of groups are read.
    names = sorted({name for group in groups for name in group})
    columns = ", ".join(f"{expression(model, name)} AS {name}" for name in names)
    sql = f"""
    WITH found AS {once} (SELECT {columns} FROM {model._meta.db_table} WHERE {where} {limited})
    {" UNION ALL ".join(["SELECT 0 AS part, ARRAY[]::text[] AS value, count(*) AS number FROM found", *parts])}
    """  # noqa: S608 (our own names, and conditions compiled by Django)
    return sql, parameters


def _part(model: CountedModel, number: int, group: Group, limit: int) -> str:
    """Return the SQL for the values of a group, which are grouped before they become texts."""
    several = [name for name in group if name in _FACETS[model] and _FACETS[model][name].walks]
    lists = " ".join(f"LEFT JOIN LATERAL unnest({name}) AS one_{name} (one_{name}) ON true" for name in several)
    values = ", ".join(f"one_{name}" if name in several else name for name in group)
    texts = ", ".join(f"{value}::text" for value in values.split(", "))
    return f"""
    (SELECT {number}, ARRAY[{texts}], number
     FROM (SELECT {values}, count(*) AS number FROM found {lists} GROUP BY {values}) AS grouped
     ORDER BY 3 DESC, 2 LIMIT {limit})
    """  # noqa: S608 (our own names)


def expression(model: CountedModel, name: str) -> str:
    """Return the SQL for the values of a facet, or for the list of values."""
    return _FACETS[model][name].column if name in _FACETS[model] else _DATES.get(name) or _DAYS[name]
