"""The words of what is asked: how rare each is, which are looked for, and which piece of a long text has them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from factcheck.record.search.models import MAX_LENGTH, SEARCH_CONFIG

MAX_WORDS = 40  # of the text, the rarest that some claim has
MAX_PIECES = 50  # of a long text that are judged, those with the rarest words
FOUND = 300  # reviews that words should find: the rarest alone, commoner ones in pairs, until so many are expected
PAIRED = 8  # words, of those too common to be looked for alone
MISSPELT = 3  # words that no claim has, the longest, for which a similar one is looked for
MISSPELT_LENGTH = 5  # letters; shorter ones resemble too many
MISSPELT_MOST = 2 * MAX_LENGTH  # letters; what is longer resembles no word by half, and takes a third of a second
ALIKE = 0.5  # pg_trgm's similarity from which on a word is a misspelling


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text as the search has it, and in how many reviews it stands."""

    lexeme: str
    reviews: int  # in claim or headline
    weight: float  # inverse frequency
    pieces: tuple[int, ...] = ()  # of the text, in which it stands


_WORDS = f"""
WITH said AS MATERIALIZED (
    SELECT number, lexeme FROM unnest(%s::text[]) WITH ORDINALITY AS piece (text, number),
    LATERAL unnest(to_tsvector('{SEARCH_CONFIG}', public.record_words(text))))
SELECT lexeme, array_agg(number),
    (SELECT coalesce(sum(reviews), 0) FROM record_word word WHERE word.lexeme = said.lexeme),
    (SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'record_publishedreview'::regclass)
FROM said GROUP BY lexeme
"""  # noqa: S608 (a constant)


def read_words(cursor: Any, pieces: Sequence[str]) -> tuple[list[Word], int]:
    """The text's words, the rarest first, those that no claim has last; and how many reviews there are."""
    cursor.execute(_WORDS, [list(pieces)])
    rows = cursor.fetchall()
    total = max((max(reviews, size) for _, _, reviews, size in rows), default=1)
    words = []
    for lexeme, numbers, reviews, _ in rows:
        # As BM25 has it; a word in no headline may still stand in a summary.
        weight = math.log(1 + (total + 0.5) / (max(int(reviews), 1) + 0.5))
        words.append(Word(lexeme, int(reviews), weight, tuple(number - 1 for number in numbers)))
    return _rarest_first(words), total


def _rarest_first(words: Iterable[Word]) -> list[Word]:
    return sorted(words, key=lambda word: (not word.reviews, word.reviews, word.lexeme))


def choose(words: Sequence[Word], count: int) -> list[Word]:
    """Those to look for: of each piece the rarest that claims have, then the next, and last those that none has.

    Else the strange words of a long text would leave no room for those of the sentence that was checked.
    """
    taken, turns = [0] * count, dict[Word, int]()
    for word in words:
        turns[word] = min(taken[number] for number in word.pieces)
        for number in word.pieces:
            taken[number] += 1
    chosen = sorted(words, key=lambda word: (not word.reviews, turns[word]))[:MAX_WORDS]
    return sorted(chosen, key=lambda word: (word.reviews, word.lexeme))


def weigh_known(words: Sequence[Word], count: int) -> list[float]:
    """What each piece weighs by the words that claims have: what nobody has checked leads to none."""
    weights = [0.0] * count
    for word in words:
        for number in word.pieces if word.reviews else ():
            weights[number] += word.weight
    return weights


def parts_of(chosen: Sequence[Word], words: Sequence[Word], count: int) -> list[dict[str, float]]:
    """What a claim may say the same as, each with the weights of its words: the text, and each of its pieces."""
    whole = {_quoted(word.lexeme): word.weight for word in chosen}
    if count == 1:
        return [whole]
    known = weigh_known(words, count)
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


def with_similar(cursor: Any, words: Sequence[Word]) -> list[Word]:
    """The words in the same order; one that no claim has shares its weight with the known one that it resembles."""
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
            found[similar] = Word(similar, int(reviews), word.weight * likeness, word.pieces)
    return _rarest_first(found.values())


def terms_of(words: Sequence[Word], total: int) -> list[tuple[str, ...]]:
    """What to look for, each the words that have to stand together: about FOUND reviews have one or another.

    The rarest word first; last the words that stand in no claim or headline, which may be common in texts.
    """
    room, known, unknown, common = float(FOUND), list[tuple[str, ...]](), list[tuple[str, ...]](), list[Word]()
    for word in words:
        if word.reviews <= room:
            room -= max(word.reviews, 1)
            (known if word.reviews else unknown).append((_quoted(word.lexeme),))
        else:
            common.append(word)
    for one, other in combinations(common[:PAIRED], 2):
        # Words of one subject stand together more often than chance would have it: three times, say.
        expected = 3 * one.reviews * other.reviews / total
        if expected <= room:
            room -= expected
            known.append((_quoted(one.lexeme), _quoted(other.lexeme)))
    if not known and common:
        known.append(tuple(_quoted(word.lexeme) for word in common[:PAIRED]))
    return known + unknown


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
