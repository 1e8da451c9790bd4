"""The words of a post for matching: how frequent they are, the search terms, and the words in each sentence."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from factcheck.record.matching.match_numbers import (
    FIRST_HAN,
    FOUND,
    HAN_PAIR,
    LIKENESS,
    MAX_PIECES,
    MAX_WORDS,
    MISSPELT,
    PAIR,
    PAIRED,
    USUAL_REVIEWS,
)
from factcheck.record.search.lookup import Known, Lookup, look_up
from factcheck.record.search.relevance import term_weight
from factcheck.record.search.words import is_sign, split_words


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


def read_words(pieces: Sequence[str], model: str = "") -> tuple[list[Word], Lookup]:
    """Return the post's words and their lookup. The rarest words come first and unknown words last.

    An unknown word shares its weight with the most frequent similar word.
    """
    typed = defaultdict[str, list[int]](list)
    for number, piece in enumerate(pieces):
        for place, word in enumerate(split_words(piece)):
            typed[word].append(number << 16 | place)  # a place in the post
    known = look_up(typed, model=model, stemmed=False)
    rows = dict[str, Known]()
    places_of = defaultdict[str, list[int]](list)
    for word in typed:
        if each := known.words.get(word):
            rows[each.lexeme] = each
            places_of[each.lexeme] += typed[word]
    signs = {place: lexeme for lexeme in rows if is_sign(lexeme) for place in places_of[lexeme]}
    pairs = defaultdict[tuple[str, str], list[int]](list)
    for place, sign in signs.items():
        if place + 1 in signs:
            pairs[sign, signs[place + 1]].append(place)
    # The most frequent sign shows how many reviews are in the script. Two signs are assumed to be together as often as
    # two independent words are in the same review.
    in_script = max((rows[sign].reviews for sign in signs.values()), default=0) or 1
    found, corrected = list[Word](), set[str]()
    for lexeme, each in rows.items():
        places, reviews = places_of[lexeme], each.reviews
        is_alone = any(place not in signs or signs.keys().isdisjoint((place - 1, place + 1)) for place in places)
        weight = _weigh(reviews, known.total, is_common=each.is_common) if is_alone else 0.0
        # A word with all typed letters comes first, because people often leave out a letter. Then frequency decides.
        longer = [word for word in each.similar if len(word) > len(lexeme)]
        other = next(iter([*longer, *each.similar]), "")
        if other and len(lexeme) >= MISSPELT and other not in rows.keys() | corrected:
            corrected.add(other)
            found.append(Word(other, each.similar[other], LIKENESS * weight, _pieces(places)))
            weight *= 1 - LIKENESS
        found.append(Word(lexeme, reviews, weight, _pieces(places)))
    for (one, other), places in pairs.items():
        reviews = math.ceil(rows[one].reviews * rows[other].reviews / in_script)
        scale = HAN_PAIR if min(one + other) >= FIRST_HAN else PAIR
        found.append(Word(one + other, reviews, scale * _weigh(reviews, in_script), _pieces(places), (one, other)))
    return sorted(found, key=lambda word: (not word.reviews, word.reviews, word.lexeme)), known


def _pieces(places: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({place >> 16 for place in places}))


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


def _quoted(lexeme: str) -> str:
    """Return the lexeme in quotes, as in the text of a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
