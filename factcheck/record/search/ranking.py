"""Full-text search over what is public: best first, with bounded work.

A common word stands in hundreds of thousands of rows, and reading and ranking them all is what takes long. So at most
CANDIDATES of the rows that match are ranked: the most recently published or changed. The index has the rows by shelves
of 2,048 entries of the log, so that of a common word's list only the newest part is read. A common query is searched in
just enough of the newest shelves (FAR at least) to give ENOUGH rows, one that is rare, or rare among the newest, in the
whole table. How common one word is, is known; how common several are together, or with a filter, is told by how often
they match in the newest SAMPLE shelves.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.record.readmodel.models import SHELF_BITS, PublishedClaim, PublishedReview
from factcheck.record.readmodel.row_models import Status
from factcheck.record.search.models import EXACT_CONFIG, SEARCH_CONFIG
from factcheck.record.search.query import Branch, HowCommon, Query, how_common
from factcheck.record.search.words import Frequency, frequencies

Searched = type[PublishedReview] | type[PublishedClaim]
Position = tuple[int, UUID]  # score and id

CANDIDATES = 400
SAMPLE, FAR = 4, 16  # shelves
MANY, SOME = 8, 4  # candidates in the sample
ENOUGH = 64  # candidates of what is common, if there are no more in the newest FAR shelves
RARE = 1000  # reviews with a word that is looked for everywhere
COMMON = 20_000  # reviews with the rarest word of a query that is common nevertheless; some words are none of these
SECONDS = 0.9  # for all that one request to search asks of the database
GLANCE = 0.1  # of them for a word that seems to be rare


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


class _Shelves(NamedTuple):
    """Of the newest shelves all but the `first` ones, up to `reach`: a number or an SQL expression for it."""

    first: int
    reach: int | str


class _Attempt(NamedTuple):
    """What must match, of which query, for `to_tsquery`: all of its terms, or `nearly` all, or `some`."""

    query: Query
    wanted: str
    nearly: bool = False
    some: bool = False

    def branches(self, frequency: HowCommon) -> list[Branch]:
        return [(self.wanted,)] if self.some else self.query.branches(frequency, nearly=self.nearly)


class Search:
    """Live rows that meet the condition and have the query's words; if there are none, nearly all of them, or some."""

    def __init__(
        self,
        model: Searched,
        query: Query,
        condition: Q | None = None,
        seconds: float | None = None,
    ) -> None:
        self.query = query
        self._unfiltered = not condition
        self._table = model._meta.db_table
        self._where, self._parameters = f"status = '{Status.LIVE}'", []
        if condition:  # else nothing has to be put together, which takes a good part of a small search
            rows = model.objects.using("public").filter(condition, status=Status.LIVE).query
            self._where, self._parameters = rows.get_compiler("public").compile(rows.where)
        self._deadline = time.monotonic() + (SECONDS if seconds is None else seconds)

    def page(self, limit: int = 20, position: Position | None = None, backward: bool = False) -> Found:
        """The best hits, or those after the position; backward the worst, or those before it, nearest first."""
        found = Found([])
        for number, attempt in enumerate(self._attempts()):
            found = self._find(attempt, partial(self._rank, attempt, limit, position, backward))
            if found.candidates or not found.whole:
                hits = sorted(found.hits, key=lambda hit: (hit.score, hit.id), reverse=not backward)[:limit]
                found = replace(found, hits=hits, relaxed=number > 0)
                break
        return found

    def _attempts(self) -> Iterator[_Attempt]:
        """What must match, ever less: all words; all that stand in any claim or headline; of these nearly all; some."""
        if not self.query:
            return
        yield _Attempt(self.query, self.query.all_terms())
        unknown = [word for word in self.query.words if not self._frequency(word)]
        known = self.query.without(unknown)
        if known and known != self.query:
            yield _Attempt(known, known.all_terms())
        known = known or self.query
        if known.all_but_one() != self.query.all_terms():
            yield _Attempt(known, known.all_but_one(), nearly=True)
        if some := self.query.some(self._frequency, COMMON):
            yield _Attempt(self.query, some, some=True)

    @cached_property
    def _frequencies(self) -> dict[str, Frequency]:
        return frequencies(self.query.words)

    def _frequency(self, word: str) -> int:
        found = self._frequencies.get(word)
        return found.reviews if found else 0

    def _rarest(self, query: Query) -> int:
        """How common the rarest of the query's terms is."""
        return min(how_common(term, self._frequency) for term in query.terms)

    def _find(self, attempt: _Attempt, rank: Callable[..., Found | None]) -> Found:
        """When the time is up, with what has been found by then."""
        if attempt.some:  # none of which is common
            return rank(None) or Found([], whole=False)
        query = attempt.query
        word, *others = query.words
        reviews = 0 if others else self._frequency(word)
        rare = 0 < reviews <= RARE
        # Common in bodies nevertheless, a word takes longer than a GLANCE.
        if rare and (found := rank(None, seconds=GLANCE)):
            return found
        if reviews > RARE and self._unfiltered and query.all_terms() == query.any_word():  # and nothing is unwanted
            return self._find_common(reviews, rank)
        if not (found := rank(_Shelves(0, SAMPLE))):
            return Found([], whole=False)
        if found.candidates == CANDIDATES:
            return found
        if not (reach := self._reach(query, found.candidates)):
            return rank(None) or replace(found, whole=False)
        if more := rank(_Shelves(SAMPLE, reach), candidates=CANDIDATES - found.candidates):
            # Where the log has begun another shelf meanwhile, a row is in both.
            hits = {hit.id: hit for hit in (*found.hits, *more.hits)}
            found = replace(found, hits=list(hits.values()), candidates=found.candidates + more.candidates)
        # Another page of what seemed to be rare may have seen everything in the time.
        return replace(found, whole=bool(more and not rare))

    def _find_common(self, reviews: int, rank: Callable[..., Found | None]) -> Found:
        """One word in so many reviews; everywhere, if they came in before the newest, as imports by language do."""
        found = rank(_Shelves(0, f"greatest({FAR}, {ENOUGH} * (newest + 1) / {reviews})"))
        if found and 2 * found.candidates < ENOUGH:
            return rank(None) or replace(found, whole=False)
        return found or Found([], whole=False)

    def _reach(self, query: Query, sampled: int) -> int | None:
        """In how many shelves to look for what stands so often in the sample; None for all."""
        if sampled >= MANY:
            return max(FAR, SAMPLE * ENOUGH // sampled)
        if sampled >= SOME and len(query.words) > 1 and self._rarest(query) > COMMON:
            return FAR
        return None

    def _rank(
        self,
        attempt: _Attempt,
        limit: int,
        position: Position | None,
        backward: bool,
        shelves: _Shelves | None,
        *,
        candidates: int = CANDIDATES,
        seconds: float = SECONDS,
    ) -> Found | None:
        """The best of these shelves or of all; None when the time is up."""
        wanted = attempt.wanted
        # Within a shelf the lists are short, and the planner has less to do with one condition.
        branches = [(wanted,)] if shelves else attempt.branches(self._frequency)
        words, marked = self.query.any_word(), self.query.any_marked_word()
        together = wanted if len(self.query.words) > 1 and not attempt.some else ""  # of some it tells little
        sql = _SEARCH.format(
            rank=" + ".join(rank for text, rank in ((words, _WORDS), (together, _TOGETHER), (marked, _MARKED)) if text),
            newest=(_SHELVES if shelves else _EVERYWHERE).format(
                table=self._table,
                where=self._where,
                matches=" OR ".join(" AND ".join([_MATCHES] * len(branch)) for branch in branches),
                shelves=shelves,
            ),
            candidates=candidates,
            position=f"WHERE (score, id) {'>' if backward else '<'} (%s, %s)" if position else "",
            direction="ASC" if backward else "DESC",
        )
        parameters: list[Any] = [
            *filter(None, (words, together, marked)),
            *self._parameters,
            *chain.from_iterable(branches),
            *(position or ()),
            limit,
        ]
        rows = rows_within(min(seconds, self._deadline - time.monotonic()), sql, parameters)
        if rows is None:
            return None
        return Found([Hit(*hit) for *hit, _ in rows if hit[1]], rows[0][3], wanted)


_MATCHES = f"search @@ to_tsquery('{SEARCH_CONFIG}', %s)"
# What lies close together, stands in claim or headline, and has the diacritics that were typed comes first.
_WORDS = f"ts_rank('{{0.1,0.2,0.4,1}}', search, to_tsquery('{SEARCH_CONFIG}', %s))"
_TOGETHER = f"2 * ts_rank_cd('{{0.1,0.2,0.4,1}}', search, to_tsquery('{SEARCH_CONFIG}', %s), 32)"
_MARKED = f"2 * ts_rank('{{1,1,1,1}}', search, to_tsquery('{EXACT_CONFIG}', %s))"
# Queries are constants, so that the planner sees how common their words are. Candidates are counted whatever the
# position, so that each page looks as far as the first; one row comes without a hit when there is none.
_SEARCH = """
WITH ranked AS MATERIALIZED (
    SELECT ((100000 * ({rank}))::bigint << 40) + sequence AS score, id, body
    FROM ({newest} LIMIT {candidates}) newest
)
SELECT hit.score, hit.id, hit.body, candidates FROM (SELECT count(*) AS candidates FROM ranked) counted
LEFT JOIN LATERAL (
    SELECT * FROM ranked {position} ORDER BY score {direction}, id {direction} LIMIT %s
) hit ON true
ORDER BY hit.score {direction}, hit.id {direction}
"""
# The newest are told by their places in the table, and only then read whole: many rows with their vectors take longer
# to sort than the newest of them to rank.
_EVERYWHERE = f"""
SELECT sequence, id, body, search FROM {{table}} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM {{table}} WHERE {{where}} AND ({{matches}}) ORDER BY sequence DESC LIMIT {CANDIDATES}
))
"""  # noqa: S608
# From shelf to shelf, the newest first, until there are enough of them.
_SHELVES = f"""
SELECT found.* FROM (SELECT max(sequence) >> {SHELF_BITS} AS newest FROM record_logentry) log,
LATERAL generate_series(newest - {{shelves.first}}, greatest(newest - {{shelves.reach}} + 1, 0), -1) shelf,
LATERAL (
    SELECT sequence, id, body, search FROM {{table}} WHERE {{where}} AND ({{matches}})
    AND (sequence >> {SHELF_BITS}) = shelf ORDER BY sequence DESC LIMIT {CANDIDATES}
) found
"""  # noqa: S608


def has_words(query: Query) -> Q:
    """For lists in another order: all rows with the query's words."""
    return Q(search=SearchQuery(query.all_terms(), config=SEARCH_CONFIG, search_type="raw"))
