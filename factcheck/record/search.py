"""Full-text search over what is public: best first, with bounded work.

A common word stands in hundreds of thousands of rows, and reading and ranking them all is what takes long. So at most
CANDIDATES of the rows that match are ranked: the most recently published or changed. The index has the rows by shelves
of 2,048 entries of the log, so that of a common word's list only the newest part is read. What the newest SAMPLE
shelves hold says how to go on: what is common is looked for in the newest FAR shelves, what is rare everywhere.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import OperationalError, connections
from django.db.models import Q
from psycopg.errors import QueryCanceled

from factcheck.record.models import SHELF_BITS, PublishedClaim, PublishedReview, Status
from factcheck.record.queries import Query, read_query
from factcheck.record.words import EXACT_CONFIG, SEARCH_CONFIG, Frequency, frequencies

Searched = type[PublishedReview] | type[PublishedClaim]
Position = tuple[int, UUID]  # score and id

CANDIDATES = 400
SAMPLE, FAR = 4, 16  # shelves
MANY, SOME = 16, 4  # candidates in the sample
COMMON = 20_000  # reviews with the rarest word of a query that is common nevertheless
SECONDS = 0.9  # for all that one request to search asks of the database


@dataclass(frozen=True, slots=True)
class Hit:
    """The score is how well the row matches and, in its lower 40 bits, the row's place in the log: newer before older.

    It depends on the row and the query alone, so that a cursor can name it.
    """

    score: int
    id: UUID
    body: str


@dataclass(frozen=True, slots=True)
class Found:
    """`candidates` were ranked, which match `wanted`.

    `relaxed`: nothing has all the words. Not `whole`: the time was up before the end.
    """

    hits: list[Hit]
    candidates: int = 0
    wanted: str = ""
    relaxed: bool = False
    whole: bool = True


def search_reviews(words: str, *, limit: int = 20, using: str = "public") -> list[Hit]:
    """The live reviews that match best."""
    return Search(PublishedReview, read_query(words), using=using).page(limit).hits


class Search:
    """Live rows that meet the condition and have the query's words; if there are none, those that have nearly all."""

    def __init__(
        self,
        model: Searched,
        query: Query,
        condition: Q | None = None,
        *,
        using: str = "public",
        seconds: float | None = None,
    ) -> None:
        self.query = query
        self._table, self._using = model._meta.db_table, using
        self._where, self._parameters = f"status = '{Status.LIVE}'", []
        if condition:  # else nothing has to be put together, which takes a good part of a small search
            rows = model.objects.using(using).filter(condition, status=Status.LIVE).query
            self._where, self._parameters = rows.get_compiler(using).compile(rows.where)
        self._deadline = time.monotonic() + (SECONDS if seconds is None else seconds)

    def page(self, limit: int = 20, position: Position | None = None, backward: bool = False) -> Found:
        """The best hits, or those after the position; backward the worst, or those before it, nearest first."""
        found = Found([])
        for number, wanted in enumerate(self._attempts()):
            found = replace(self._find(wanted, limit, position, backward), wanted=wanted)
            if found.candidates or not found.whole:
                found = replace(found, relaxed=number > 0)
                break
        return found

    def _attempts(self) -> Iterator[str]:
        """What must match, ever less: all words; all that stand in any claim or headline; of these all but one."""
        if not self.query:
            return
        strict = self.query.all_terms()
        yield strict
        unknown = [word for word in self.query.words if not self._frequency(word)]
        known = self.query.without(unknown)
        if unknown and known:
            yield known.all_terms()
        if (nearly := (known or self.query).all_but_one()) != strict:
            yield nearly

    @cached_property
    def _frequencies(self) -> dict[str, Frequency]:
        return frequencies(self.query.words, self._using)

    def _frequency(self, word: str) -> int:
        found = self._frequencies.get(word)
        return found.reviews if found else 0

    def _find(self, wanted: str, limit: int, position: Position | None, backward: bool) -> Found:
        """When the time is up, with what has been found by then."""
        found = Found([], whole=False)
        try:
            found = self._rank(wanted, _SHELVES, [SAMPLE], limit, position, backward)
            if found.candidates < CANDIDATES:
                common = found.candidates >= MANY or (
                    found.candidates >= SOME and min(map(self._frequency, self.query.words)) > COMMON
                )
                newest, shelves = (_SHELVES, [FAR]) if common else (_EVERYWHERE, [])
                found = self._rank(wanted, newest, shelves, limit, position, backward)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            return replace(found, whole=False)
        return found

    def _rank(
        self, wanted: str, newest: str, shelves: Sequence[int], limit: int, position: Position | None, backward: bool
    ) -> Found:
        sql = _SEARCH.format(
            newest=newest.format(table=self._table, where=self._where),
            position=f"WHERE (score, id) {'>' if backward else '<'} (%s, %s)" if position else "",
            direction="ASC" if backward else "DESC",
        )
        ranking = wanted, self.query.any_word(), self.query.any_marked_word()
        parameters: list[Any] = [*ranking, *shelves, *self._parameters, wanted, *(position or ()), limit]
        left = max(1, int(1000 * (self._deadline - time.monotonic())))
        with connections[self._using].cursor() as cursor:
            # Sent as one message, so that the limit holds for this statement alone without a round trip of its own.
            cursor.execute(f"SET LOCAL statement_timeout = {left}; {sql}", parameters)
            cursor.nextset()
            rows = cursor.fetchall()
        return Found([Hit(*row[:3]) for row in rows], rows[0][3] if rows else 0)


# Queries are constants, so that the planner sees how common their words are. What lies close together, stands in claim
# or headline, and has the diacritics that were typed comes first.
_SEARCH = f"""
SELECT score, id, body, candidates FROM (
    SELECT id, body, count(*) OVER () AS candidates, ((100000 * (
        2 * ts_rank_cd('{{{{0.1,0.2,0.4,1}}}}', search, to_tsquery('{SEARCH_CONFIG}', %s), 32)
        + ts_rank('{{{{0.1,0.2,0.4,1}}}}', search, to_tsquery('{SEARCH_CONFIG}', %s))
        + 2 * ts_rank('{{{{1,1,1,1}}}}', search, to_tsquery('{EXACT_CONFIG}', %s))
    ))::bigint << 40) + sequence AS score
    FROM ({{newest}} LIMIT {CANDIDATES}) newest
) ranked {{position}}
ORDER BY score {{direction}}, id {{direction}} LIMIT %s
"""  # noqa: S608 (constants; what is filled in are names of ours and conditions that Django wrote)
_EVERYWHERE = f"""
SELECT sequence, id, body, search FROM {{table}} WHERE {{where}} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)
ORDER BY sequence DESC
"""  # noqa: S608
# From shelf to shelf, the newest first, until there are enough.
_SHELVES = f"""
SELECT found.* FROM (SELECT max(sequence) >> {SHELF_BITS} AS newest FROM record_logentry) log,
LATERAL generate_series(newest, greatest(newest - %s + 1, 0), -1) shelf,
LATERAL (
    SELECT sequence, id, body, search FROM {{table}} WHERE {{where}} AND search @@ to_tsquery('{SEARCH_CONFIG}', %s)
    AND (sequence >> {SHELF_BITS}) = shelf ORDER BY sequence DESC LIMIT {CANDIDATES}
) found
"""  # noqa: S608


def has_words(query: Query) -> Q:
    """For lists in another order: all rows with the query's words."""
    return Q(search=SearchQuery(query.all_terms(), config=SEARCH_CONFIG, search_type="raw"))
