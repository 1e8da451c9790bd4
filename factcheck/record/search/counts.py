"""Totals and facets of a list. The numbers are exact up to BOUND."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.results import SearchModel
from factcheck.record.search.stems import with_stems

BOUND = 10_000
FACETS = ("verdict", "language", "publisher", "topic")
VALUES = 50  # per facet, the most frequent values first

_PART = f"""
(SELECT '{{name}}' AS facet, {{value}} AS value, count(*) AS number FROM hits GROUP BY 2 ORDER BY 3 DESC, 2
 LIMIT {VALUES + 1})
"""  # noqa: S608 (a constant)


@dataclass(frozen=True, slots=True)
class Counts:
    """`exact` is false if there are more than BOUND rows. Then `total` and facets cover only BOUND rows."""

    total: int
    exact: bool
    facets: Mapping[str, list[tuple[str, int]]]


def count(
    model: SearchModel, condition: Q, tsquery: str | None, facets: Collection[str], seconds: float
) -> Counts | None:
    """Counts the live rows that match the condition and the `tsquery`. Returns None if counting takes too long."""
    rows = model.objects.using("public").live().filter(condition).query
    where, parameters = rows.get_compiler("public").compile(rows.where)
    if tsquery is not None:
        where = f"{where} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)"
        parameters = [*parameters, with_stems(tsquery)]
    lists = {} if model is PublishedReview else {"verdict": "verdicts", "publisher": "publishers"}
    columns = {"verdict": "verdict", "publisher": "publisher", "language": "language", "topic": "topics", **lists}
    parts = [
        _PART.format(name=name, value=f"unnest({column})" if column.endswith("s") else column)
        for name, column in columns.items()
        if name in facets
    ]
    # Only the columns for facets are read, because bodies and search vectors are large.
    sql = f"""
    WITH found AS MATERIALIZED (
        SELECT {", ".join(columns.values())} FROM {model._meta.db_table} WHERE {where} LIMIT {BOUND + 1}
    ), hits AS (SELECT * FROM found LIMIT {BOUND})
    {" UNION ALL ".join(["SELECT NULL AS facet, NULL AS value, count(*) AS number FROM found", *parts])}
    """  # noqa: S608 (our own names, and conditions compiled by Django)
    counted = rows_within(seconds, sql, parameters)
    if counted is None:
        return None
    total = next(number for facet, _, number in counted if facet is None)
    return Counts(
        min(total, BOUND),
        total <= BOUND,
        {
            name: [(value, number) for facet, value, number in counted if facet == name and value is not None][:VALUES]
            for name in facets
        },
    )
