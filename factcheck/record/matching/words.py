"""The words of a post for matching: how frequent they are, the search terms, and the words in each sentence."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any

from factcheck.record.matching.match_numbers import (
    ALIKE,
    FIRST_HAN,
    FOUND,
    HAN_PAIR,
    MAX_PIECES,
    MAX_WORDS,
    MISSPELT,
    MISSPELT_LENGTHS,
    PAIR,
    PAIRED,
    USUAL_REVIEWS,
)
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.relevance import term_weight
from factcheck.record.search.words import is_sign


@dataclass(frozen=True, slots=True)
class Word:
    """A lexeme of the post, with its frequency. In scripts without spaces, a word is a pair of neighbouring signs."""

    lexeme: str
    reviews: int  # the number of live reviews that contain the word in the claim or headline. For pairs, an estimate.
    weight: float  # higher for rarer words (`term_weight`)
    pieces: tuple[int, ...] = ()  # the sentences of the text that contain the word
    signs: tuple[str, ...] = ()  # the two lexemes of a pair

    @property
    def term(self) -> tuple[str, ...]:
        return tuple(map(_quoted, self.signs or (self.lexeme,)))


# A place is the number of a sentence and a position in it.
_WORDS = f"""
WITH words AS MATERIALIZED (
    SELECT number << 16 | place AS place, lexeme FROM unnest(%s::text[]) WITH ORDINALITY AS piece (text, number),
    LATERAL unnest(to_tsvector('{SEARCH_CONFIG}', public.record_words(text))), LATERAL unnest(positions) place)
SELECT lexeme, array_agg(place),
    (SELECT coalesce(sum(reviews), 0)::int FROM record_word word WHERE word.lexeme = words.lexeme),
    (SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'record_publishedreview'::regclass),
    ts_lexize('english_stem', lexeme) = '{{}}'
FROM words GROUP BY lexeme
"""  # noqa: S608 (a constant)


def read_words(cursor: Any, pieces: Sequence[str]) -> tuple[list[Word], int]:
    """Return the post's words and the total number of reviews. The rarest words come first and unknown words last."""
    cursor.execute(_WORDS, [list(pieces)])
    rows = cursor.fetchall()
    total = max((max(reviews, size) for _, _, reviews, size, _ in rows), default=1)
    signs = {place: lexeme for lexeme, places, *_ in rows if is_sign(lexeme) for place in places}
    pairs = defaultdict[tuple[str, str], list[int]](list)
    for place, sign in signs.items():
        if place + 1 in signs:
            pairs[sign, signs[place + 1]].append(place)
    # The most frequent sign shows how many reviews are in the script. Two signs are assumed to be together as often as
    # two independent words are in the same review.
    reviews_of = {lexeme: reviews for lexeme, _, reviews, *_ in rows}
    in_script = max((reviews_of[sign] for sign in signs.values()), default=0) or 1
    found = []
    for lexeme, places, reviews, _, is_common in rows:
        is_alone = any(each not in signs or signs.keys().isdisjoint((each - 1, each + 1)) for each in places)
        weight = _weigh(reviews, total, is_common=is_common) if is_alone else 0.0
        found.append(Word(lexeme, reviews, weight, _pieces(places)))
    for (one, other), places in pairs.items():
        reviews = math.ceil(reviews_of[one] * reviews_of[other] / in_script)
        scale = HAN_PAIR if min(one + other) >= FIRST_HAN else PAIR
        found.append(Word(one + other, reviews, scale * _weigh(reviews, in_script), _pieces(places), (one, other)))
    return _rarest_first(found), total


def _pieces(places: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({(place >> 16) - 1 for place in places}))


def _weigh(reviews: int, total: int, *, is_common: bool = False) -> float:
    # A word that doesn't occur in any claim or headline can still occur in a summary, so it counts as one review.
    # A small database doesn't show which words are rare. So the weight is computed for a database of at
    # least USUAL_REVIEWS reviews. There, the word is assumed to occur more often, by the square root of the ratio
    # of the two sizes.
    expected = max(total, USUAL_REVIEWS)
    frequency = max(reviews, 1) * math.sqrt(expected / total)
    if is_common:
        frequency = max(frequency, expected / 10)
    return term_weight(frequency, expected)


def select_words(words: Sequence[Word], count: int) -> list[Word]:
    """Return the words to search for, rarest first and unknown words last.

    The rarest known word of each sentence is chosen first, then the next rarest. Otherwise the unknown words of a long
    post would displace the words of the sentence that has been reviewed. Pairs of signs come after the single signs,
    and serve if there are so many reviews in the script that each sign is common.
    """
    selected = []
    for kind in ([word for word in words if not word.signs], [word for word in words if word.signs]):
        used, rounds = [0] * count, dict[Word, int]()
        for word in kind:
            rounds[word] = min(used[number] for number in word.pieces)
            for number in word.pieces:
                used[number] += 1
        some = sorted(kind, key=lambda word: (not word.reviews, rounds[word]))[:MAX_WORDS]
        selected += sorted(some, key=lambda word: (word.reviews, word.lexeme))
    return selected


def weigh_pieces(words: Sequence[Word], count: int) -> list[float]:
    """Return the weight of each sentence, which is the sum of its known words. Unknown words can't lead to a claim."""
    weights = [0.0] * count
    for word in words:
        for number in word.pieces if word.reviews else ():
            weights[number] += word.weight
    return weights


def word_weights(selected: Sequence[Word], words: Sequence[Word], count: int) -> list[dict[str, float]]:
    """Return the weights of the words in the whole post and in each of its sentences.

    A claim can match any of these parts.
    """
    chosen = [*selected, *(word for word in words if word.signs)]  # three pairs are about one word, so all pairs count
    whole = {_quoted(word.lexeme): word.weight for word in chosen if word.weight}
    if count == 1:
        return [whole]
    weights = weigh_pieces(words, count)
    heaviest = sorted(range(count), key=lambda number: -weights[number])[:MAX_PIECES]
    parts: dict[int, dict[str, float]] = {number: {} for number in heaviest}
    for word in words:
        for number in word.pieces:
            if number in parts and word.weight:
                parts[number][_quoted(word.lexeme)] = word.weight
    return [whole, *parts.values()]


_SIMILAR = """
SELECT typed.lexeme, nearest.lexeme, likeness, (SELECT sum(reviews) FROM record_word WHERE lexeme = nearest.lexeme)
FROM unnest(%s::text[]) AS typed (lexeme), LATERAL (
    SELECT lexeme, similarity(lexeme, typed.lexeme) AS likeness FROM record_word word WHERE word.lexeme %% typed.lexeme
    ORDER BY likeness DESC, reviews DESC, word LIMIT 1) nearest
"""


def add_similar_words(cursor: Any, words: Sequence[Word]) -> list[Word]:
    """Return the words, along with similar known words. An unknown word shares its weight with the similar word."""
    unknown = [word for word in words if not (word.reviews or word.signs) and len(word.lexeme) in MISSPELT_LENGTHS]
    longest = sorted(unknown, key=lambda word: (-len(word.lexeme), word.lexeme))[:MISSPELT]
    if not longest:
        return [*words]
    cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
    cursor.execute(_SIMILAR, [[word.lexeme for word in longest]])
    found = {word.lexeme: word for word in words}
    for lexeme, similar, likeness, reviews in cursor.fetchall():
        if similar not in found:
            word = found[lexeme]
            found[lexeme] = replace(word, weight=word.weight * (1 - likeness))
            found[similar] = Word(similar, int(reviews), word.weight * likeness, word.pieces)
    return _rarest_first(found.values())


def search_terms(words: Sequence[Word], total: int) -> list[tuple[str, ...]]:
    """Return the terms to search for. About FOUND reviews match at least one term.

    The words of a term must occur together. The rarest word comes first. Words that don't occur in any claim or
    headline come last, because they can be frequent in bodies.
    """
    room, known, unknown, common = float(FOUND), list[tuple[str, ...]](), list[tuple[str, ...]](), list[Word]()
    for word in words:
        if word.reviews <= room:
            room -= max(word.reviews, 1)
            (known if word.reviews else unknown).append(word.term)
        else:
            common.append(word)
    for one, other in combinations(common[:PAIRED], 2):
        # Words about the same subject occur together more often than by chance. The factor three is an assumption.
        expected = 3 * one.reviews * other.reviews / total
        if expected <= room:
            room -= expected
            known.append(one.term + other.term)
    if not known and common:
        known.append(tuple(chain.from_iterable(word.term for word in common[:PAIRED])))
    return known + unknown


def _rarest_first(words: Iterable[Word]) -> list[Word]:
    return sorted(words, key=lambda word: (not word.reviews, word.reviews, word.lexeme))


def _quoted(lexeme: str) -> str:
    """Return the lexeme in quotes, as in the text of a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
