"""Full-text search in published reviews and claims, best match first, in limited time.

A common word occurs in hundreds of thousands of rows, and ranking all of them would take too long. So only the newest
matching rows are ranked, up to MAX_CANDIDATES. Older matching rows follow by date. The index groups rows into shelves
of 2,048 log entries, so a search can read only the newest part of a common word's list.

A search has five steps:

1. Look up the words, and compose syllables that were typed without a Vietnamese keyboard.
2. Rank the rows that contain all words (the first of `_attempts`). If few rows have a good rank, add rows with a
   similar meaning.
3. If no row matches, accept similar spellings, and then require fewer words (the other attempts).
4. Read one page of the ranked rows.
5. If the page isn't full, fill it with older rows (`_with_older`).

An attempt is one statement. It reads the newest SHELVES first. Only if they contain few matches, it reads the whole
table, because then the words are rare.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.record.readmodel.models import SHELF_BITS
from factcheck.record.search.constants import (
    ENOUGH_GOOD,
    GOOD,
    MAX_CANDIDATES,
    MAX_RARE,
    MIN_CANDIDATES,
    SHELVES,
    WHOLE_SHARE,
)
from factcheck.record.search.lookup import Lookup, look_up, with_stems
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import Query, Term, max_reviews
from factcheck.record.search.query_corrections import composed_words, with_composed, with_spellings
from factcheck.record.search.relevance import enough, rank_expression, term_weight
from factcheck.record.search.results import LEAST_RANKED, FindSimilar, Hit, Position, Results, SearchModel, Similar
from factcheck.tools.budget import current


class Search:
    """A search for live rows that match the condition and the query.

    If no row matches all words, fewer words are required. `find_similar` finds rows with a similar meaning. With
    `unfinished`, the last word can be the beginning of a word.
    """

    def __init__(
        self,
        model: SearchModel,
        query: Query,
        condition: Q | None = None,
        find_similar: FindSimilar | None = None,
        *,
        using: str = "public",
        unfinished: bool = False,
    ) -> None:
        self._query, self._model, self._find_similar = query, model, find_similar
        self._using, self._unfinished = using, unfinished
        self._parameters: Sequence[Any] = []
        names = {"table": model._meta.db_table, "log": "record_logentry", "body": "body", "where": "status = 'live'"}
        live = Q(status="live")
        if using != "public":  # rows of drafts, which have their own numbers and no log
            names |= {"log": names["table"], "body": "''"}
            live = Q(search__isnull=False)
        if condition:  # otherwise skip Django's compiler, because it takes much of the time of a small search
            rows: Any = model._default_manager.using(using).filter(live & condition).query  # type: ignore[misc]
            names["where"], self._parameters = rows.get_compiler(using).compile(rows.where)
        self._names = names

    def page(self, limit: int = 20, position: Position | None = None, backward: bool = False) -> Results:
        """Return one page of hits: the best hits, or the hits after `position`, or the hits before `position`.

        With `backward`, the hits before `position` are returned, nearest first.
        """
        page, similar, found, number = _Page(limit, position, backward), Similar({}), Results([]), 0
        for number, attempt in enumerate(_attempts(self._query)):  # the first attempt that finds a row is the last
            if self._unfinished:
                word = f"'{self._query.terms[-1][0][-1]}'"
                attempt = attempt._replace(tsquery=attempt.tsquery.replace(word, f"{word}:*"))
            found = self._rank(attempt, page, similar)
            if number == 0 and found.complete and found.good < ENOUGH_GOOD:
                similar = self._find_meaning(attempt.known)
                if similar.gains and found.candidates:
                    found = self._rank(attempt, page, similar)
            if found.candidates or not found.complete:
                break
        relaxed = number > 0 if found.candidates else bool(similar.gains)
        found = replace(found, relaxed=relaxed, explanation=similar.explanation)
        found = self._with_older(found, page, similar)
        if not found.complete:
            current().left_out.append("results")
        return found

    def _find_meaning(self, known: Lookup) -> Similar:
        if self._find_similar and self._query.question and len(self._query.terms) > 1:
            return self._find_similar(self._model, self._query.question, known.others)
        return Similar({})

    def _rank(self, attempt: "_Attempt", page: "_Page", similar: Similar) -> Results:
        """Rank the matches of an attempt. If the time runs out, rank those in the newest shelves."""
        found = self._ranked(attempt, page, similar, attempt.least, WHOLE_SHARE * current().left)
        return found or replace(self._ranked(attempt, page, similar, 0) or Results([]), complete=False)

    def _ranked(
        self, attempt: "_Attempt", page: "_Page", similar: Similar, least: int, seconds: float = math.inf
    ) -> Results | None:
        """Rank the matches in the newest shelves, or in the whole table if the shelves contain fewer than `least`.

        Return None if the time runs out.
        """
        rank, words = rank_expression(attempt.query, attempt.weigh, attempt.known.stems)
        sql = _SEARCH.format(
            rank=rank,
            rows=(_OR_SIMILAR if similar.gains else _BY_WORDS).format(**self._names),
            **self._names,
            position=f"WHERE (score, id) {'>' if page.backward else '<'} (%s, %s)" if page.position else "",
            direction="ASC" if page.backward else "DESC",
        )
        gains = [*self._parameters, [*similar.gains], [*similar.gains], [*similar.gains.values()]]
        parameters: list[Any] = [
            *self._parameters,
            attempt.tsquery,
            least,
            *self._parameters,
            attempt.tsquery,
            *words,
            *(gains if similar.gains else ()),
            *(page.position or ()),
            page.limit,
        ]
        rows = rows_within(sql, parameters, seconds, using=self._using)
        if rows is None:
            return None
        *_, matched, good, oldest, is_whole = rows[0]
        hits = [Hit(*hit) for *hit, _, _, _, _ in rows if hit[1]]
        more = not is_whole or matched >= MAX_CANDIDATES
        return Results(hits, matched, good, attempt.tsquery, oldest=oldest if more else None, used=attempt.query)

    def _with_older(self, found: Results, page: "_Page", similar: Similar) -> Results:
        """Add older matches, which aren't ranked, after the ranked hits. Shelves are read until the page is full."""
        # The ranked hits and the older rows form one list. Older rows are needed only if the page reaches the part of
        # the list below the ranked hits. Forward, this is the case if the ranked hits don't fill the page. Backward, it
        # is the case if `position` is an older row.
        limit, position, backward = page
        in_older = position is not None and position[0] < LEAST_RANKED
        if found.oldest is None or (position and not in_older if backward else len(found.hits) == limit):
            return found
        # Older rows lie between these two log entries.
        above, below = -1, found.oldest
        if position and in_older:
            above, below = (position[0], below) if backward else (above, position[0])
        sql = _OLDER.format(**self._names, step=1 if backward else -1, direction="ASC" if backward else "DESC")
        shelves = [max(each, 0) for each in ((above, below) if backward else (below, above))]
        bounds = [*self._parameters, found.tsquery, above, below, [*similar.gains], limit, limit]
        rows = rows_within(sql, [*shelves, *bounds], using=self._using)
        if rows is None:
            return replace(found, hits=[] if backward else found.hits, complete=False)
        older = [Hit(*row) for row in rows]
        return replace(found, hits=(older + found.hits if backward else found.hits + older)[:limit])


class _Page(NamedTuple):
    limit: int
    position: Position | None
    backward: bool


class _Attempt(NamedTuple):
    """A query, and the text for `to_tsquery`, which contains the stems of the words."""

    query: Query
    tsquery: str
    known: Lookup

    @property
    def least(self) -> int:
        """Return the number of rows with which the newest shelves are enough. All rows of a rare word are ranked."""
        rarest = sum(
            min(max_reviews(term, self.known.reviews) for term in each.required) for each in self.query.alternatives
        )
        return MAX_CANDIDATES if rarest <= MAX_RARE else MIN_CANDIDATES

    def weigh(self, term: Term) -> float:
        return term_weight(max_reviews(term, self.known.reviews), self.known.total)


def _attempts(query: Query) -> Iterator[_Attempt]:
    """Yield weaker and weaker queries.

    The first needs all words, the second accepts similar words for unknown words, and the last needs enough of the rare
    known words.
    """
    if not query:
        return
    known = look_up([*dict.fromkeys((*query.every_word, *composed_words(query).values()))])
    query = with_composed(query, known.reviews)
    yield _Attempt(query, with_stems(query.all_terms(), known.stems), known)
    similar = {word: each.similar for word, each in known.words.items() if each.similar}
    if (mended := with_spellings(query, similar)) != query:
        query = mended
        yield _Attempt(query, with_stems(query.all_terms(), known.stems), known)

    def weigh(term: Term) -> float:
        return _Attempt(query, "", known).weigh(term) if max_reviews(term, known.reviews) else 0

    if (least := enough(query, weigh)) != query.all_terms():
        yield _Attempt(query, with_stems(least, known.stems), known)


# PostgreSQL's planner sees the tsqueries as constants, so it can estimate how common their words are.
_MATCHES = f"search @@ to_tsquery('{SEARCH_CONFIG}', %s)"
# The search statement.
#
# `newest` are the matches in the newest shelves, one shelf at a time. A shelf is a range of log entries, and the index
# contains the number of the shelf (`sequence >> SHELF_BITS`). If there are too few, `found` are the newest matches in
# the whole table. The innermost query sorts only `sequence` and `ctid`, so that only the newest rows are read
# completely. Sorting many rows with their search vectors would take longer than ranking the newest rows. The `+ 0`
# keeps PostgreSQL from reading an index of `sequence` backwards, which would visit a whole table for a rare word.
#
# `ranked` gives each candidate its score. The upper bits are the rank times 100,000, and the lower 40 bits are the
# position in the log. So the order is by rank, and of two rows with the same rank, the newer row comes first. The rank
# is at least 1, so that every ranked row comes before the older rows (LEAST_RANKED).
#
# `counted` describes all candidates, and `hit` is one page of them. `position` only selects the page, so that every
# page searches as far as the first page. Without hits, the LEFT JOIN returns one row that contains only the counts. The
# last column tells whether the statement has searched the whole log.
_SEARCH = f"""
WITH log AS MATERIALIZED (
    SELECT max(sequence) >> {SHELF_BITS} AS last FROM {{log}}
), newest AS MATERIALIZED (
    SELECT found.* FROM log, LATERAL generate_series(last, greatest(last - {SHELVES} + 1, 0), -1) shelf,
    LATERAL (
        SELECT sequence, id, {{body}} AS body, search FROM {{table}} WHERE {{where}} AND {_MATCHES}
        AND (sequence >> {SHELF_BITS}) = shelf ORDER BY sequence + 0 DESC LIMIT {MAX_CANDIDATES}
    ) found LIMIT {MAX_CANDIDATES}
), reach AS MATERIALIZED (
    SELECT count(*) < %s AS too_short FROM newest
), found AS (
    SELECT * FROM newest WHERE NOT (SELECT too_short FROM reach) UNION ALL
    SELECT sequence, id, {{body}}, search FROM {{table}} WHERE (SELECT too_short FROM reach) AND ctid = ANY (ARRAY(
        SELECT ctid FROM {{table}} WHERE {{where}} AND {_MATCHES} ORDER BY sequence + 0 DESC LIMIT {MAX_CANDIDATES}
    ))
), ranked AS MATERIALIZED (
    SELECT (greatest(1, (100000 * ({{rank}} + gain))::bigint) << 40) + sequence AS score, id, body, by_words
    FROM ({{rows}}) rows
)
SELECT hit.score, hit.id, hit.body, hit.by_words, candidates, good, oldest, too_short OR last - {SHELVES} < 0 FROM (
    SELECT count(*) FILTER (WHERE by_words) AS candidates,
        count(*) FILTER (WHERE score >> 40 >= {int(100000 * GOOD)}) AS good,
        min(score & {LEAST_RANKED - 1}) FILTER (WHERE by_words) AS oldest
    FROM ranked
) counted CROSS JOIN reach CROSS JOIN log
LEFT JOIN LATERAL (
    SELECT * FROM ranked {{position}} ORDER BY score {{direction}}, id {{direction}} LIMIT %s
) hit ON true
ORDER BY hit.score {{direction}}, hit.id {{direction}}
"""  # noqa: S608 (our own names, and conditions compiled by Django)
_BY_WORDS = "SELECT *, true AS by_words, 0 AS gain FROM found"
# Adds the rows with a similar meaning. A row that was also found by words occurs once, as found by words.
_OR_SIMILAR = """
SELECT DISTINCT ON (id) either.*, coalesce(gain, 0) AS gain FROM (
    SELECT *, true AS by_words FROM found
    UNION ALL SELECT sequence, id, {body}, search, false FROM {table} WHERE {where} AND id = ANY (%s)
) either LEFT JOIN unnest(%s::uuid[], %s::float8[]) AS meaning (meaning_id, gain) ON meaning_id = id
ORDER BY id, by_words DESC
"""
_OLDER = f"""
SELECT found.* FROM generate_series(%s::bigint >> {SHELF_BITS}, %s::bigint >> {SHELF_BITS}, {{step}}) shelf,
LATERAL (
    SELECT sequence, id, {{body}} AS body FROM {{table}} WHERE {{where}} AND {_MATCHES}
    AND (sequence >> {SHELF_BITS}) = shelf AND sequence > %s AND sequence < %s AND id <> ALL (%s::uuid[])
    ORDER BY sequence {{direction}} LIMIT %s
) found LIMIT %s
"""  # noqa: S608
