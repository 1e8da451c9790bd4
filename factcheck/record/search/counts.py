"""Totals and groups of reviews and claims. They are exact unless counting takes too long.

Without search words and filters, the numbers come from the maintained totals (`readmodel/totals.py`). Otherwise all
matching rows are counted. If that takes too long, a random sample of the table is counted instead.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from factcheck.database.query_timeout import rows_within
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.totals import LISTS, Group, group_totals
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.results import SearchModel
from factcheck.record.search.stems import with_stems
from factcheck.tools.budget import current

FACETS = ("verdict", "original_verdict", "language", "publisher", "topic")
VALUES = 50  # per facet, the most frequent values first
SAMPLE = 50  # the sample is one in SAMPLE of the table's pages, and its numbers are multiplied by SAMPLE
SHARE = 0.7  # the share of the time for counting all rows. The rest is for the sample.

Value = tuple[str | None, ...]
Filtered = Sequence[tuple[str, Sequence[Any]]]  # names of filters, with values

_PUBLISHED, _REVIEWED = "published_at AT TIME ZONE 'UTC'", "record_reviewed_on(reviewed_on, published_at)"
_DATES = {
    f"{prefix}{unit}": (columns, f"to_char({day}, '{pattern}')")
    for prefix, columns, day in (
        ("", ("published_at",), _PUBLISHED),
        ("reviewed_", ("reviewed_on", "published_at"), _REVIEWED),
    )
    for unit, pattern in (("year", "YYYY"), ("month", "YYYY-MM"))
}
GROUPS = (*FACETS, *_DATES)
_PART = """
(SELECT {number} AS part, ARRAY[{values}]::text[] AS value, count(*) AS number FROM found {lists}
 GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT {limit})
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of rows, and for each group its values with their numbers. The most frequent values come first.

    If `exact` is false, the numbers of the groups are estimates. If `total_exact` is false, the total is an estimate.
    """

    total: int
    groups: Mapping[Group, list[tuple[Value, int]]]
    exact: bool = True
    total_exact: bool = True


def known_counts(model: SearchModel, filtered: Filtered, groups: Sequence[Group], limit: int = VALUES) -> Counts | None:
    """Return the numbers of live rows from the maintained totals, with at most `limit` values per group.

    Return None if the totals don't contain the numbers. The totals contain the groups and filters of one facet, and for
    reviews also of two facets.
    """
    found = group_totals(model, dict(filtered), [(), *groups], limit)
    if found is None:
        return None
    totals, *others = found
    return Counts(
        sum(number for _, number in totals),
        {
            group: [(tuple(each or None for each in value), number) for value, number in values]
            for group, values in zip(groups, others, strict=True)
        },
    )


def count(
    rows: QuerySet[Any],
    tsquery: str | None,
    groups: Sequence[Group],
    limit: int = VALUES,
    seconds: float = math.inf,
    *,
    many: bool = False,
) -> Counts | None:
    """Count the rows that also match the `tsquery`, and return at most `limit` values per group.

    `rows` is a query of one table. If `many` is true, only the sample is counted, because the caller has found that
    counting all rows takes too long. Return None if even counting the sample takes too long.
    """
    budget = current()
    end = budget.seconds + min(seconds, budget.left)
    for sample, share in ((SAMPLE, 1),) if many else ((1, SHARE), (SAMPLE, 1)):
        sql, parameters = _statement(rows, tsquery, groups, limit, sample)
        counted = rows_within(sql, parameters, share * (end - budget.seconds))
        if counted is None:
            continue
        found: dict[int, list[tuple[Value, int]]] = {number: [] for number in range(len(groups) + 1)}
        for part, value, number in counted:
            found[part].append((tuple(value), sample * number))
        return Counts(
            found[0][0][1],
            {group: found[number] for number, group in enumerate(groups, 1)},
            exact=sample == 1,
            total_exact=sample == 1,
        )
    budget.left_out.append("counts")
    return None


def _statement(
    rows: QuerySet[Any], tsquery: str | None, groups: Sequence[Group], limit: int, sample: int
) -> tuple[str, list[Any]]:
    """Return the statement that counts the rows in total and by group, with its parameters.

    Part 0 is the total, and the groups are numbered from 1. With `sample` above 1, only a random share of the table's
    pages is read.
    """
    model = rows.model
    where, parameters = rows.query.get_compiler("public").compile(rows.query.where)
    parameters = [*parameters]
    if tsquery is not None:
        where = f"{where} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)"
        parameters.append(with_stems(tsquery))
    parts = [_part(model, number, group, limit) for number, group in enumerate(groups, 1)]
    # Only the columns for groups are read, because bodies and search vectors are large.
    columns = sorted({column for group in groups for name in group for column in _column(model, name)[0]})
    sampled = f"TABLESAMPLE SYSTEM ({100 / sample})" if sample > 1 else ""
    sql = f"""
    WITH found AS MATERIALIZED (
        SELECT {", ".join(columns)} FROM {model._meta.db_table} {sampled} WHERE {where}
    )
    {" UNION ALL ".join(["SELECT 0 AS part, ARRAY[]::text[] AS value, count(*) AS number FROM found", *parts])}
    """  # noqa: S608 (our own names, and conditions compiled by Django)
    return sql, parameters


def _part(model: SearchModel, number: int, group: Group, limit: int) -> str:
    """Return the part of the statement for one group. A value that is a list counts once for each of its items."""
    lists = [
        f"LEFT JOIN LATERAL unnest({_column(model, name)[1]}) {name} (value) ON true"
        for name in group
        if name in LISTS[model]
    ]
    values = [f"{name}.value" if name in LISTS[model] else _column(model, name)[1] for name in group]
    return _PART.format(number=number, values=", ".join(values), lists=" ".join(lists), limit=limit)


def _column(model: SearchModel, name: str) -> tuple[tuple[str, ...], str]:
    """Return the columns of a group, and the expression for the group's value or list of values."""
    if name in _DATES:
        return _DATES[name]
    column = name if (model is PublishedReview and name != "topic") or name == "language" else f"{name}s"
    return (column,), column
