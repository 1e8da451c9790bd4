"""Has this been checked already? Published claims that say the same as a text, best first.

Two ways lead to candidates: the reviews that have the text's rarest words, and those whose vectors lie nearest to
the text's. Each candidate is then judged by both, and a claim is as good as its best review. Both ways are bounded, so
that the work is nearly the same among a million reviews as among ten thousand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import OperationalError, connections, transaction
from psycopg.errors import QueryCanceled

from factcheck.record.embeddings import NoVectorError, configured
from factcheck.record.families import Family
from factcheck.record.judging import Candidate, Match, judge
from factcheck.record.posted import posted_on
from factcheck.record.questions import most_telling, pieces_of, tidy
from factcheck.record.vectors import MAX_TEXT, vector_literal
from factcheck.record.words import MAX_LENGTH, SEARCH_CONFIG

MAX_WORDS = 40  # of the text, the rarest that some claim has
MAX_PIECES = 50  # of a long text that are judged, those with the rarest words
MAX_MEANINGS = 8  # of these that are compared by meaning
FOUND = 300  # reviews that words should find: the rarest alone, commoner ones in pairs, until so many are expected
MAX_FOUND = 1000  # that they may find, where the expectation was wrong
PAIRED = 8  # words, of those too common to be looked for alone
MISSPELT = 3  # words that no claim has, the longest, for which a similar one is looked for
MISSPELT_LENGTH = 5  # letters; shorter ones resemble too many
MISSPELT_MOST = 2 * MAX_LENGTH  # letters; what is longer resembles no word by half, and takes a third of a second
ALIKE = 0.5  # pg_trgm's similarity from which on a word is a misspelling
NEAREST = 100  # reviews by their vectors
LOOKED_AT = 1000  # vectors that the index compares on its way, as many as pgvector allows; with 600 it misses one in 14
SECONDS = 1.5  # for one statement of several; among a million reviews all of them take a sixth of a second
MAX_WAITING = 1000  # reviews without a vector, as far as they are counted


class TooSlowError(Exception):
    """The time was up before the text was compared."""


@dataclass(frozen=True, slots=True)
class Matching:
    """`method` is "words+meaning" or "words"; `explanation` says why meaning was left out, wholly or in part.

    `refused`: because of this text, so that it will be no other time either.
    """

    results: list[Match]
    method: str
    explanation: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The model and the text's vectors as pgvector reads them; and as in Matching what is missing."""

    model: str = ""
    vectors: Sequence[str] = ()
    explanation: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text as the search has it, and in how many reviews it stands."""

    lexeme: str
    reviews: int  # in claim or headline
    weight: float  # inverse frequency
    pieces: tuple[int, ...] = ()  # of the text, in which it stands


def match(text: str, *, limit: int = 10) -> Matching:
    """The published claims that match the text best; nothing in nothing.

    Never fails because of what is asked, but for TooSlowError.
    """
    try:
        return _match(text, limit)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlowError from error
        raise


def _match(text: str, limit: int) -> Matching:
    pieces = pieces_of(tidy(text))
    if not pieces:
        return Matching([], "words")
    with transaction.atomic("public"), connections["public"].cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(1000 * SECONDS))])
        words, total = _read_words(cursor, pieces)
        chosen = _with_similar(cursor, _chosen(words, len(pieces)))
        telling = most_telling(pieces, _known(words, len(pieces)), MAX_TEXT)[:MAX_MEANINGS]
        meaning = _meaning(cursor, telling)
        near = nearest(cursor, meaning.model, *meaning.vectors)
        found = _candidates(cursor, chosen, total, meaning, near)
    best: dict[UUID, Match] = {}
    judged = judge(found, _parts(chosen, words, len(pieces)), posted_on(text))
    for each in sorted(judged, key=lambda each: (-each.score, each.claim_id)):
        best.setdefault(each.claim_id, each)
    results = _at_home([*best.values()])[:limit]  # all: any number of the first may have been merged together
    method = "words+meaning" if meaning.vectors else "words"
    return Matching(results, method, meaning.explanation, meaning.refused)


def _at_home(matches: Sequence[Match]) -> list[Match]:
    """Each under the claim that shows its reviews now, which differs where claims were merged; each claim once."""
    family = Family.of({each.claim_id for each in matches}, "public")
    found: dict[UUID, Match] = {}
    for each in matches:
        found.setdefault(home := family.home(each.claim_id), replace(each, claim_id=home))
    return [*found.values()]


_WORDS = f"""
WITH said AS MATERIALIZED (
    SELECT number, lexeme FROM unnest(%s::text[]) WITH ORDINALITY AS piece (text, number),
    LATERAL unnest(to_tsvector('{SEARCH_CONFIG}', public.record_words(text))))
SELECT lexeme, array_agg(number),
    (SELECT coalesce(sum(reviews), 0) FROM record_word word WHERE word.lexeme = said.lexeme),
    (SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'record_publishedreview'::regclass)
FROM said GROUP BY lexeme
"""  # noqa: S608 (a constant)


def _read_words(cursor: Any, pieces: Sequence[str]) -> tuple[list[_Word], int]:
    """The text's words, the rarest first, those that no claim has last; and how many reviews there are."""
    cursor.execute(_WORDS, [list(pieces)])
    rows = cursor.fetchall()
    total = max((max(reviews, size) for _, _, reviews, size in rows), default=1)
    words = []
    for lexeme, numbers, reviews, _ in rows:
        # As BM25 has it; a word in no headline may still stand in a summary.
        weight = math.log(1 + (total + 0.5) / (max(int(reviews), 1) + 0.5))
        words.append(_Word(lexeme, int(reviews), weight, tuple(number - 1 for number in numbers)))
    return sorted(words, key=lambda word: (not word.reviews, word.reviews, word.lexeme)), total


def _chosen(words: Sequence[_Word], count: int) -> list[_Word]:
    """Those to look for: of each piece the rarest that claims have, then the next, and last those that none has.

    Else the strange words of a long text would leave no room for those of the sentence that was checked.
    """
    taken, turns = [0] * count, dict[_Word, int]()
    for word in words:
        turns[word] = min(taken[number] for number in word.pieces)
        for number in word.pieces:
            taken[number] += 1
    chosen = sorted(words, key=lambda word: (not word.reviews, turns[word]))[:MAX_WORDS]
    return sorted(chosen, key=lambda word: (word.reviews, word.lexeme))


def _known(words: Sequence[_Word], count: int) -> list[float]:
    """What each piece weighs by the words that claims have: what nobody has checked leads to none."""
    weights = [0.0] * count
    for word in words:
        for number in word.pieces if word.reviews else ():
            weights[number] += word.weight
    return weights


def _parts(chosen: Sequence[_Word], words: Sequence[_Word], count: int) -> list[dict[str, float]]:
    """What a claim may say the same as, each with the weights of its words: the text, and each of its pieces."""
    whole = {_quoted(word.lexeme): word.weight for word in chosen}
    if count == 1:
        return [whole]
    known = _known(words, count)
    telling = sorted(range(count), key=lambda number: -known[number])[:MAX_PIECES]
    parts: dict[int, dict[str, float]] = {number: {} for number in telling}
    for word in words:
        for number in word.pieces:
            if number in parts:
                parts[number][_quoted(word.lexeme)] = word.weight
    return [whole, *parts.values()]


_SIMILAR = """
SELECT asked.lexeme, nearest.lexeme, likeness, (SELECT sum(reviews) FROM record_word WHERE lexeme = nearest.lexeme)
FROM unnest(%s::text[]) AS asked (lexeme), LATERAL (
    SELECT lexeme, similarity(lexeme, asked.lexeme) AS likeness FROM record_word word WHERE word.lexeme %% asked.lexeme
    ORDER BY likeness DESC, reviews DESC, word LIMIT 1) nearest
"""


def _with_similar(cursor: Any, words: Sequence[_Word]) -> list[_Word]:
    """The words; one that no claim has shares its weight with the known one that it resembles."""
    unknown = [word for word in words if not word.reviews and MISSPELT_LENGTH <= len(word.lexeme) <= MISSPELT_MOST]
    asked = sorted(unknown, key=lambda word: (-len(word.lexeme), word.lexeme))[:MISSPELT]
    if not asked:
        return [*words]
    cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
    cursor.execute(_SIMILAR, [[word.lexeme for word in asked]])
    found = {word.lexeme: word for word in words}
    for lexeme, similar, likeness, reviews in cursor.fetchall():
        if similar not in found:
            word = found[lexeme]
            found[lexeme] = replace(word, weight=word.weight * (1 - likeness))
            found[similar] = _Word(similar, int(reviews), word.weight * likeness)
    return sorted(found.values(), key=lambda word: (word.reviews, word.lexeme))


def _query(words: Sequence[_Word], total: int) -> str:
    """A tsquery that about FOUND reviews answer to, and that has the rarest words."""
    room, found, common = float(FOUND), list[str](), list[_Word]()
    for word in words:
        if word.reviews <= room:
            room -= max(word.reviews, 1)
            found.append(_quoted(word.lexeme))
        else:
            common.append(word)
    for one, other in combinations(common[:PAIRED], 2):
        # Words of one subject stand together more often than chance would have it: three times, say.
        expected = 3 * one.reviews * other.reviews / total
        if expected <= room:
            room -= expected
            found.append(f"({_quoted(one.lexeme)} & {_quoted(other.lexeme)})")
    return " | ".join(found) or " & ".join(_quoted(word.lexeme) for word in common[:PAIRED])


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def _meaning(cursor: Any, texts: Sequence[str]) -> _Meaning:
    try:
        embeddings = configured()
        cursor.execute(
            "SELECT (SELECT count(*) FROM (SELECT FROM record_reviewvector WHERE embedding IS NULL LIMIT %s) waiting),"
            " EXISTS (SELECT FROM record_reviewvector WHERE embedding IS NOT NULL AND model = %s),"
            " EXISTS (SELECT FROM record_reviewvector)",
            [MAX_WAITING, embeddings.model],
        )
        waiting, some, expected = cursor.fetchone()
        missing = _missing(waiting) if waiting else None
        if not some:
            of_another = "What reviews mean was computed by another model, and not by this one yet."
            return _Meaning(explanation=missing or (of_another if expected else None))
        vectors = [vector_literal(vector) for vector in embeddings.questions(texts)]
        return _Meaning(embeddings.model, vectors, missing)
    except NoVectorError as problem:
        return _Meaning(explanation=str(problem), refused=problem.refused)


def _missing(waiting: int) -> str:
    number = f"{waiting} or more reviews" if waiting == MAX_WAITING else f"{waiting} review{'s' * (waiting > 1)}"
    return f"What {number} mean{'s' * (waiting == 1)} has not been computed yet."


_NEAREST = """
SELECT review_id FROM record_reviewvector WHERE model = %s ORDER BY embedding <=> %s::halfvec LIMIT %s
"""


def nearest(cursor: Any, model: str, *vectors: str) -> list[UUID]:
    """The reviews whose vectors lie next to one of these; the more there are, the fewer for each."""
    found = []
    for vector in vectors:
        cursor.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(LOOKED_AT // len(vectors))])
        cursor.execute(_NEAREST, [model, vector, NEAREST // len(vectors)])
        found += [review_id for (review_id,) in cursor.fetchall()]
    return found


# Claim and headline have the label A, the summary B; a body says too much besides.
_CANDIDATES = """
WITH found AS MATERIALIZED (
    (SELECT id FROM record_publishedreview WHERE search @@ %(query)s::tsquery AND status = 'live' LIMIT %(most)s)
    UNION
    SELECT unnest(%(near)s::uuid[]))
SELECT review.claim_id, review.reviewed_on, ts_filter(search, '{a,b}')::text,
    (SELECT max(1 - (embedding <=> asked)) FROM unnest(%(vectors)s::halfvec[]) asked)
FROM found JOIN record_publishedreview review USING (id)
LEFT JOIN record_reviewvector vector ON vector.review_id = id AND vector.model = %(model)s
WHERE review.status = 'live'
"""


def _candidates(
    cursor: Any,
    words: Sequence[_Word],
    total: int,
    meaning: _Meaning,
    near: Sequence[UUID],
) -> list[Candidate]:
    """What words and vectors have found, with how it compares."""
    asked = {
        "query": _query(words, total),
        "most": MAX_FOUND,
        "near": list(near),
        "model": meaning.model,
        "vectors": list(meaning.vectors),
    }
    cursor.execute(_CANDIDATES, asked)
    return [
        Candidate(claim_id, reviewed_on, said, cosine)
        for claim_id, reviewed_on, said, cosine in cursor.fetchall()
        if claim_id
    ]
