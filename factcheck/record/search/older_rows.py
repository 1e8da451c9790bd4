"""Search results beyond the ranked rows: older rows that match, newest first. So every match can be reached.

The score of an older row is its position in the log. It is lower than the score of every ranked row.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from factcheck.database.query_timeout import rows_within
from factcheck.record.readmodel.models import SHELF_BITS
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.results import Hit
from factcheck.record.search.stems import with_stems

LEAST_RANKED = 1 << 40  # the lowest score of a ranked row


class Matching(NamedTuple):
    """The rows of a table that match a condition and a query, except for `excluded`, which have been ranked."""

    table: str
    where: str
    parameters: Sequence[Any]
    tsquery: str
    excluded: Collection[UUID]


def read_older(
    matching: Matching, above: int, below: int, limit: int, seconds: float, *, oldest_first: bool = False
) -> list[Hit] | None:
    """Returns rows between the log entries `above` and `below`. Returns None if the time ran out.

    The statement searches one shelf after the other and stops at the limit.
    """
    first, last = (above, below) if oldest_first else (below, above)
    sql = _OLDER.format(
        table=matching.table,
        where=matching.where,
        step=1 if oldest_first else -1,
        direction="ASC" if oldest_first else "DESC",
    )
    parameters = [max(first, 0), max(last, 0), *matching.parameters, with_stems(matching.tsquery), above, below]
    rows = rows_within(seconds, sql, [*parameters, list(matching.excluded), limit, limit])
    return None if rows is None else [Hit(*row) for row in rows]


_OLDER = f"""
SELECT found.* FROM generate_series(%s::bigint >> {SHELF_BITS}, %s::bigint >> {SHELF_BITS}, {{step}}) shelf,
LATERAL (
    SELECT sequence, id, body FROM {{table}} WHERE {{where}} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)
    AND (sequence >> {SHELF_BITS}) = shelf AND sequence > %s AND sequence < %s AND id <> ALL (%s::uuid[])
    ORDER BY sequence {{direction}} LIMIT %s
) found LIMIT %s
"""  # noqa: S608 (our own names, and conditions compiled by Django)
