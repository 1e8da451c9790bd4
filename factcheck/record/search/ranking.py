"""Full-text search in published reviews and claims, best match first, in limited time.

A common word occurs in hundreds of thousands of rows, and ranking all of them would take too long. So only the newest
matching rows are ranked, up to MAX_CANDIDATES. Older matching rows follow by date (`read_older`). The index groups rows
into shelves of 2,048 log entries, so a search can read only the newest part of a common word's list.

A search has five steps:

1. Compose syllables that were typed without a Vietnamese keyboard.
2. Look for rows that contain all words (the first of `_attempts`). If few rows have a good rank, add rows with a
   similar meaning.
3. If no row matches, accept similar spellings, and then require fewer words (the other attempts).
4. Rank the rows that match in SQL (`_rank`), and read one page of them.
5. If the page isn't full, fill it with older rows (`_with_older`).

Each attempt decides how much of the table to search (`_find`). Queries with a rare word search the whole table. Queries
for common words search the newest shelves, at least MIN_SHELVES, until there are MIN_CANDIDATES rows. The frequency of
a single word is known. For several words or a filter, the frequency is estimated from the matches in the newest
SAMPLE_SHELVES.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.database.rows import run_prepared
from factcheck.record.readmodel.models import SHELF_BITS
from factcheck.record.readmodel.row_models import Status
from factcheck.record.search.constants import (
    ENOUGH_GOOD,
    FIRST_SECONDS,
    GOOD,
    MANY_IN_SAMPLE,
    MAX_CANDIDATES,
    MAX_RARE,
    MIN_CANDIDATES,
    MIN_COMMON,
    MIN_SHELVES,
    SAMPLE_SHELVES,
    SOME_IN_SAMPLE,
)
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import Query, Term, max_reviews
from factcheck.record.search.query_corrections import with_composed, with_similar
from factcheck.record.search.relevance import enough, rank_expression, term_weight
from factcheck.record.search.results import (
    LEAST_RANKED,
    Attempt,
    FindSimilar,
    Hit,
    Matching,
    Position,
    Results,
    SearchModel,
    Similar,
    read_older,
)
from factcheck.record.search.stems import with_stems, word_stems
from factcheck.record.search.words import Frequency, frequencies
from factcheck.tools.budget import current


class _Shelves(NamedTuple):
    """The newest `reach` shelves without the newest `first` shelves. `reach` is a number or an SQL expression."""

    first: int
    reach: int | str


class Search:
    """A search for live rows that match the condition and the query.

    If no row matches all words, fewer words are required. `find_similar` finds rows with a similar meaning.
    """

    def __init__(
        self,
        model: SearchModel,
        query: Query,
        condition: Q | None = None,
        find_similar: FindSimilar | None = None,
    ) -> None:
        self.query = self._typed = query
        self._model, self._find_similar, self._similar = model, find_similar, Similar({})
        self._unfiltered = not condition
        self._table = model._meta.db_table
        self._where, self._parameters = f"status = '{Status.LIVE}'", []
        if condition:  # otherwise skip Django's compiler, because it takes much of the time of a small search
            rows = model.objects.using("public").filter(condition, status=Status.LIVE).query
            self._where, self._parameters = rows.get_compiler("public").compile(rows.where)

    def page(self, limit: int = 20, position: Position | None = None, backward: bool = False) -> Results:
        """Return one page of hits: the best hits, or the hits after `position`, or the hits before `position`.

        With `backward`, the hits before `position` are returned, nearest first.
        """
        self._replace_query(self._typed)  # an earlier page may have replaced the query
        self._replace_query(with_composed(self.query, self._frequency))
        found, number = Results([]), 0
        for number, attempt in enumerate(self._attempts()):  # the first attempt that finds a row is the last
            rank = partial(self._rank, attempt, limit, position, backward)
            found = self._find(attempt, rank)
            few = number == 0 and found.complete and found.good < ENOUGH_GOOD
            if few and self._add_similar() and found.candidates:
                found = self._find(attempt, rank)
            if found.candidates or not found.complete:
                break
        hits = sorted(found.hits, key=lambda hit: (hit.score, hit.id), reverse=not backward)[:limit]
        relaxed = number > 0 if found.candidates else bool(self._similar.gains)
        found = replace(found, hits=hits, relaxed=relaxed, explanation=self._similar.explanation, used=self.query)
        found = self._with_older(found, limit, position, backward)
        if not found.complete:
            current().left_out.append("results")
        return found

    def _with_older(self, found: Results, limit: int, position: Position | None, backward: bool) -> Results:
        """Add older matches, which aren't ranked, after the ranked hits."""
        # The ranked hits and the older rows form one list. Older rows are needed only if the page reaches the part of
        # the list below the ranked hits. Forward, this is the case if the ranked hits don't fill the page. Backward, it
        # is the case if `position` is an older row.
        in_older = position is not None and position[0] < LEAST_RANKED
        if found.oldest is None or (position and not in_older if backward else len(found.hits) == limit):
            return found
        # Older rows lie between these two log entries.
        above, below = -1, found.oldest
        if position and in_older:
            above, below = (position[0], below) if backward else (above, position[0])
        matching = Matching(self._table, self._where, self._parameters, found.tsquery, list(self._similar.gains))
        older = read_older(matching, above, below, limit, oldest_first=backward)
        if older is None:
            return replace(found, hits=[] if backward else found.hits, complete=False)
        return replace(found, hits=(older + found.hits if backward else found.hits + older)[:limit])

    def _replace_query(self, query: Query) -> None:
        if query != self.query:
            self.__dict__.pop("_frequencies", None)
        self.query = query

    def _add_similar(self) -> bool:
        """Find rows with a similar meaning for all further statements, and return whether there are any."""
        if self._find_similar and self.query.question and len(self.query.terms) > 1:
            self._similar = self._find_similar(self._model, self.query.question)
        return bool(self._similar.gains)

    def _attempts(self) -> Iterator[Attempt]:
        """Yield weaker and weaker queries.

        The first needs all words, the second accepts similar words for unknown words, and the last needs enough of the
        rare known words.
        """
        if not self.query:
            return
        yield Attempt(self.query, self.query.branches(self._frequency))
        unknown = [word for word in self.query.words if not self._frequency(word)]
        if (mended := with_similar(self.query, unknown)) != self.query:
            self._replace_query(mended)
            yield Attempt(mended, mended.branches(self._frequency))
        if (least := enough(self.query, self._known_weight)) != [(self.query.all_terms(),)]:
            yield Attempt(self.query, least)

    def _known_weight(self, term: Term) -> float:
        return self._weight(term) if max_reviews(term, self._frequency) else 0

    def _weight(self, term: Term) -> float:
        return term_weight(max_reviews(term, self._frequency), self._total)

    @cached_property
    def _total(self) -> int:
        """Return the approximate number of reviews."""
        sql = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'record_publishedreview'::regclass"
        return max(1, int(run_prepared(sql)[0][0]), *(each.reviews for each in self._frequencies.values()))

    @cached_property
    def _frequencies(self) -> dict[str, Frequency]:
        return frequencies(self.query.words)

    def _frequency(self, word: str) -> int:
        found = self._frequencies.get(word)
        return found.reviews if found else 0

    def _rarest(self, query: Query) -> int:
        """Return the number of reviews that contain the rarest term, for all alternatives of the query together."""
        return sum(min(max_reviews(term, self._frequency) for term in each.required) for each in query.alternatives)

    def _find(self, attempt: Attempt, rank: Callable[..., Results | None]) -> Results:
        """Run one attempt. If the time runs out, return the hits found so far."""
        query = attempt.query
        word, *others = query.words
        reviews = 0 if others else self._frequency(word)
        rare = self._rarest(query) <= (MIN_COMMON if others else MAX_RARE)
        # First, try the whole table. A word that is rare in claims can still be common in bodies. Then this statement
        # takes longer than FIRST_SECONDS, and the newest shelves are searched instead.
        if rare and (found := rank(None, seconds=FIRST_SECONDS)):
            return found
        if reviews > MAX_RARE and self._unfiltered and query.all_terms() == query.any_word():  # no excluded terms
            return self._find_common(reviews, rank)
        # The newest shelves are a sample. They show how far the search has to go.
        if not (found := rank(_Shelves(0, SAMPLE_SHELVES))):
            return Results([], complete=False)
        if found.candidates == MAX_CANDIDATES:
            return found
        if not (reach := self._reach(query, found.candidates)):
            return rank(None) or replace(found, complete=False)
        if more := rank(_Shelves(SAMPLE_SHELVES, reach), candidates=MAX_CANDIDATES - found.candidates):
            # Both results can contain the same row if the log has started a new shelf since the first statement.
            hits = {hit.id: hit for hit in (*found.hits, *more.hits)}
            counts = found.candidates + more.candidates, found.good + more.good
            oldest = found.oldest if more.oldest is None else more.oldest
            found = replace(found, hits=list(hits.values()), candidates=counts[0], good=counts[1], oldest=oldest)
        # A word that seems rare may be found in the whole table on another page, so these hits don't count as complete.
        return replace(found, complete=bool(more and not rare))

    def _find_common(self, reviews: int, rank: Callable[..., Results | None]) -> Results:
        """Search for one common word. If the newest shelves contain too few matches, search the whole table."""
        # If the word were spread evenly, this number of shelves would contain MIN_CANDIDATES rows.
        found = rank(_Shelves(0, f"greatest({MIN_SHELVES}, {MIN_CANDIDATES} * (newest + 1) / {reviews})"))
        if found and 2 * found.candidates < MIN_CANDIDATES:
            return rank(None) or replace(found, complete=False)
        return found or Results([], complete=False)

    def _reach(self, query: Query, sampled: int) -> int | None:
        """Return the number of shelves to search, estimated from the matches in the sample.

        None means the whole table.
        """
        if sampled >= MANY_IN_SAMPLE:
            return max(MIN_SHELVES, SAMPLE_SHELVES * MIN_CANDIDATES // sampled)
        if sampled >= SOME_IN_SAMPLE and len(query.words) > 1 and self._rarest(query) > MIN_COMMON:
            return MIN_SHELVES
        return None

    def _rank(
        self,
        attempt: Attempt,
        limit: int,
        position: Position | None,
        backward: bool,
        shelves: _Shelves | None,
        *,
        candidates: int = MAX_CANDIDATES,
        seconds: float = math.inf,
    ) -> Results | None:
        """Rank the matches in these shelves or in the whole table. Return None if the time runs out.

        At most `candidates` rows are ranked, the newest first.
        """
        # Within a shelf, the word's lists are short, and PostgreSQL plans a single condition faster than several.
        branches = [(attempt.tsquery,)] if shelves else attempt.branches
        rank, words = rank_expression(self.query, self._weight, word_stems(self.query.words))
        gains = self._similar.gains
        newest = (_SHELVES if shelves else _EVERYWHERE).format(
            table=self._table,
            where=self._where,
            matches=" OR ".join(" AND ".join([_MATCHES] * len(branch)) for branch in branches),
            shelves=shelves,
        )
        sql = _SEARCH.format(
            rank=f"{rank} + gain" if gains else rank,
            rows=(_OR_SIMILAR if gains else _BY_WORDS).format(
                newest=newest, candidates=candidates, table=self._table, where=self._where
            ),
            good=int(100000 * GOOD),
            position_bits=LEAST_RANKED - 1,
            position=f"WHERE (score, id) {'>' if backward else '<'} (%s, %s)" if position else "",
            direction="ASC" if backward else "DESC",
        )
        parameters: list[Any] = [
            *words,
            *self._parameters,
            *map(with_stems, chain.from_iterable(branches)),
            *((*self._parameters, list(gains), list(gains), list(gains.values())) if gains else ()),
            *(position or ()),
            limit,
        ]
        rows = rows_within(sql, parameters, seconds)
        if rows is None:
            return None
        *_, matched, good, oldest = rows[0]
        hits = [Hit(*hit) for *hit, _, _, _ in rows if hit[1]]
        more = shelves or matched >= MAX_CANDIDATES
        return Results(hits, matched, good, attempt.tsquery, oldest=oldest if more else None)


# PostgreSQL's planner sees the tsqueries as constants, so it can estimate how common their words are.
_MATCHES = f"search @@ to_tsquery('{SEARCH_CONFIG}', %s)"
# The search statement. `rows` are the candidates, from _SHELVES or _EVERYWHERE.
#
# `ranked` gives each candidate its score. The upper bits are the rank times 100,000, and the lower 40 bits are the
# position in the log. So the order is by rank, and of two rows with the same rank, the newer row comes first. The rank
# is at least 1, so that every ranked row comes before the older rows (LEAST_RANKED).
#
# `counted` describes all candidates, and `hit` is one page of them. `position` only selects the page, so that every
# page searches as far as the first page. Without hits, the LEFT JOIN returns one row that contains only the counts.
_SEARCH = """
WITH ranked AS MATERIALIZED (
    SELECT (greatest(1, (100000 * ({rank}))::bigint) << 40) + sequence AS score, id, body, by_words FROM ({rows}) rows
)
SELECT hit.score, hit.id, hit.body, hit.by_words, candidates, good, oldest FROM (
    SELECT count(*) FILTER (WHERE by_words) AS candidates, count(*) FILTER (WHERE score >> 40 >= {good}) AS good,
        min(score & {position_bits}) FILTER (WHERE by_words) AS oldest
    FROM ranked
) counted
LEFT JOIN LATERAL (
    SELECT * FROM ranked {position} ORDER BY score {direction}, id {direction} LIMIT %s
) hit ON true
ORDER BY hit.score {direction}, hit.id {direction}
"""
_BY_WORDS = "SELECT *, true AS by_words FROM ({newest} LIMIT {candidates}) newest"
# Adds the rows with a similar meaning. A row that was also found by words occurs once, as found by words.
_OR_SIMILAR = f"""
SELECT DISTINCT ON (id) found.*, coalesce(gain, 0) AS gain FROM (
    {_BY_WORDS} UNION ALL SELECT sequence, id, body, search, false FROM {{table}} WHERE {{where}} AND id = ANY (%s)
) found LEFT JOIN unnest(%s::uuid[], %s::float8[]) AS meaning (meaning_id, gain) ON meaning_id = id
ORDER BY id, by_words DESC
"""  # noqa: S608
# Searches the whole table. The inner query sorts only `sequence` and `ctid`, so that only the newest rows are read
# completely. Sorting many rows with their search vectors would take longer than ranking the newest rows.
_EVERYWHERE = f"""
SELECT sequence, id, body, search FROM {{table}} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM {{table}} WHERE {{where}} AND ({{matches}}) ORDER BY sequence DESC LIMIT {MAX_CANDIDATES}
))
"""  # noqa: S608
# Searches one shelf at a time, newest first. `_BY_WORDS` stops the statement when there are enough rows. A shelf is a
# range of log entries, and the index contains the number of the shelf (`sequence >> SHELF_BITS`).
_SHELVES = f"""
SELECT found.* FROM (SELECT max(sequence) >> {SHELF_BITS} AS newest FROM record_logentry) log,
LATERAL generate_series(newest - {{shelves.first}}, greatest(newest - {{shelves.reach}} + 1, 0), -1) shelf,
LATERAL (
    SELECT sequence, id, body, search FROM {{table}} WHERE {{where}} AND ({{matches}})
    AND (sequence >> {SHELF_BITS}) = shelf ORDER BY sequence DESC LIMIT {MAX_CANDIDATES}
) found
"""  # noqa: S608
