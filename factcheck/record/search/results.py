"""The results of a search: ranked hits, and older rows that match but aren't ranked.

Older rows follow the ranked rows, newest first, so every match can be reached. The score of an older row is its
position in the log, which is lower than the score of every ranked row.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from factcheck.database.query_timeout import rows_within
from factcheck.record.readmodel.models import SHELF_BITS, PublishedClaim, PublishedReview
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import Branch, Query, all_of, any_of
from factcheck.record.search.stems import with_stems

LEAST_RANKED = 1 << 40  # the lowest score of a ranked row

SearchModel = type[PublishedReview] | type[PublishedClaim]
Position = tuple[int, UUID]  # score and id


@dataclass(frozen=True, slots=True)
class Hit:
    """A result. The upper bits of its score are the rank, and the lower 40 bits are the row's position in the log.

    The score depends only on the row and the query, so cursors can contain the score. `by_words` is false for a row
    that was found only by its meaning.
    """

    score: int
    id: UUID
    body: str
    by_words: bool = True


@dataclass(frozen=True, slots=True)
class Results:
    """The best hits among `candidates` ranked rows that match the query `tsquery`, of which `good` have a good rank.

    - `relaxed` is true if no row contains all the words.
    - `complete` is false if the time ran out.
    - `explanation` tells the user why texts with a similar meaning couldn't be found.
    - `oldest` is the log entry of the oldest candidate if older rows may match too.
    - `used` is the query after corrections, for example of misspelt words.
    """

    hits: list[Hit]
    candidates: int = 0
    good: int = 0
    tsquery: str = ""
    relaxed: bool = False
    complete: bool = True
    explanation: str | None = None
    oldest: int | None = None
    used: Query = field(default_factory=lambda: Query(()))


@dataclass(frozen=True, slots=True)
class Similar:
    """Rows with a similar meaning, each with the amount that is added to its rank. `explanation` is as in Results."""

    gains: Mapping[UUID, float]
    explanation: str | None = None


FindSimilar = Callable[[SearchModel, str], Similar]  # `matching.similar_rows`, which this package can't import


class Attempt(NamedTuple):
    """A query and its branches, of which at least one must match."""

    query: Query
    branches: list[Branch]

    @property
    def tsquery(self) -> str:
        return any_of(map(all_of, self.branches))


class Matching(NamedTuple):
    """The rows of a table that match a condition and a query, except for `excluded`, which have been ranked."""

    table: str
    where: str
    parameters: Sequence[Any]
    tsquery: str
    excluded: Collection[UUID]


def read_older(
    matching: Matching, above: int, below: int, limit: int, *, oldest_first: bool = False
) -> list[Hit] | None:
    """Return rows between the log entries `above` and `below`, or None if the time runs out.

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
    rows = rows_within(sql, [*parameters, list(matching.excluded), limit, limit])
    return None if rows is None else [Hit(*row) for row in rows]


_OLDER = f"""
SELECT found.* FROM generate_series(%s::bigint >> {SHELF_BITS}, %s::bigint >> {SHELF_BITS}, {{step}}) shelf,
LATERAL (
    SELECT sequence, id, body FROM {{table}} WHERE {{where}} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)
    AND (sequence >> {SHELF_BITS}) = shelf AND sequence > %s AND sequence < %s AND id <> ALL (%s::uuid[])
    ORDER BY sequence {{direction}} LIMIT %s
) found LIMIT %s
"""  # noqa: S608 (our own names, and conditions compiled by Django)
