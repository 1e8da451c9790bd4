"""What a person types into the search box, read as web search reads it: words, "in this order", or, -without.

Words are cut as `words.words_of` cuts them, so that what is handed to `to_tsquery` holds letters, marks and digits
alone and cannot be malformed. A run that is no single word (COVID-19, a name in Chinese) is a phrase; where the next
person writes it in another way (COVID19, #StopTheSteal, U.S., 10,000), that will do as well (`spellings_of`).
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from factcheck.record.formats.questions import SEAM
from factcheck.record.search.words import words_of

MAX_QUERY = 400  # characters that a person may search for
OR = "or"  # no word but the operator between alternatives
# What word processors and telephones make of " and -. Dashes stay: they stand between words.
_TYPOGRAPHIC = str.maketrans("“”„‟«»＂−‐－", '"""""""---')
_PIECES = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
# Of up to _FEW terms any one may be lacking. Of more, all of one half must match: a mistake leaves the other whole.
_FEW = 10
# No review has nearly all words of a pasted post, so a few of the rarest are enough (ADR 12).
_SOME, _RAREST = 3, 12

_BRANCHES = 8  # of more, all are one
_ORDERED = 4  # from so many terms on it is worth asking how common each is

Spelling = tuple[str, ...]  # words that stand next to each other
Term = tuple[Spelling, ...]  # any of which will do; the first is as it was typed
Branch = tuple[str, ...]  # texts for `to_tsquery`, all of which must match
HowCommon = Callable[[str], int]  # in how many reviews a word stands, roughly

# Where no sign parts what others part: COVID19, U23, 10km (not 5G, which is one word); 10000.
_BORDER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_]{2})")
_NUMBER = re.compile(r"(?<!\d)[1-9]\d{3,}")
_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_YEAR = re.compile(r"19\d\d|20(?!00)\d\d")
_SEPARATOR = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
# Hòa and hoà, thúy and thuý: the tone on either of two vowels that end a syllable, in NFD.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE_OF_TWO = re.compile(rf"(o(?=.?[ae])|u(?=.?y))([{_TONES}]?)([aey])([{_TONES}]?)$")


@dataclass(frozen=True, slots=True)
class Alternative:
    """All of the wanted terms, none of the unwanted ones."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Alternatives that each want something: to ask only for what does not have a word is to ask for nothing."""

    alternatives: tuple[Alternative, ...]

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    @property
    def words(self) -> list[str]:
        """The words of all spellings of what is wanted, each once, in their order."""
        return list(dict.fromkeys(word for term in self.terms for spelling in term for word in spelling))

    @property
    def terms(self) -> list[Term]:
        return [term for each in self.alternatives for term in each.wanted]

    def all_terms(self) -> str:
        """What has all wanted terms of an alternative, for `to_tsquery`."""
        return self._joined(lambda terms: _and(map(_term, terms)))

    def all_but_one(self) -> str:
        """What lacks one of the wanted terms at most, or of many has the first or the second half."""
        return self._joined(lambda terms: _or(_all_but_one(terms)))

    def branches(self, frequency: HowCommon, *, nearly: bool = False) -> list[Branch]:
        """What `all_terms` wants, or `all_but_one` if `nearly`, in other words: one of the branches must match.

        The index leaps from list to list of a branch's parts, and looks into the next only where those before it agree.
        So the two rarest terms are parts of their own, and what else is wanted is looked at where both are.
        """
        found = [
            branch
            for each in self.alternatives
            for whole, other in (_sides(each.wanted, frequency) if nearly else [(each.wanted, ())])
            for branch in [_branch(whole, other, each.unwanted, frequency)]
        ]
        return found if len(found) <= _BRANCHES else [(self.all_but_one() if nearly else self.all_terms(),)]

    def any_word(self) -> str:
        return _or(map(_quoted, self.words))

    def any_marked_word(self) -> str:
        """The words that were typed with diacritics or in another script than ASCII; empty if none was."""
        marked = [word for word in self.words if not word.isascii()]
        return _or(map(_quoted, dict.fromkeys(style for word in marked for style in (word, _with_tone_moved(word)))))

    def without(self, words: Collection[str]) -> "Query":
        """The query without the wanted terms of which every spelling holds one of these words."""
        kept = (
            replace(each, wanted=tuple(term for term in each.wanted if any(map(set(words).isdisjoint, term))))
            for each in self.alternatives
        )
        return Query(tuple(each for each in kept if each.wanted))

    def some(self, frequency: HowCommon, most: int) -> str:
        """What has some of the rarest terms, of those that stand in `most` reviews; empty where nearly all are no more.

        What is a phrase and nothing else, as in quotes, is taken apart.
        """
        rarest = (replace(each, wanted=_rarest(each.wanted, frequency, most)) for each in self.alternatives)
        many = Query(tuple(each for each in rarest if len(each.wanted) >= _SOME))
        return many._joined(lambda terms: _at_least(_SOME, [*map(_term, terms)]))

    def _joined(self, wanted: Callable[[tuple[Term, ...]], str]) -> str:
        return _or(
            _and([wanted(each.wanted), *(f"!{_term(term)}" for term in each.unwanted)]) for each in self.alternatives
        )


def plain_signs(text: str) -> str:
    """The text with " and - for the typographic signs that mean them."""
    return text.translate(_TYPOGRAPHIC)


def read_query(text: str) -> Query:
    """Never fails: what is no word counts as a space, a quotation mark that is not closed reaches to the end."""
    alternatives = []
    wanted, unwanted = list[Term](), list[Term]()
    for minus, phrase, word in [*_PIECES.findall(plain_signs(text)), ("", "", OR)]:
        if word.lower() == OR and not minus:
            if wanted:
                alternatives.append(Alternative(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted))))
            wanted, unwanted = [], []
        elif words := tuple(words_of(phrase or word)):
            (unwanted if minus else wanted).append((words,) if phrase else spellings_of(word))
    return Query(tuple(alternatives))


def spellings_of(run: str) -> Term:
    """How a run of signs with a word in it may be written: as it is, taken apart, and in one word.

    The parts of a tag are told by its capitals; a year has no thousands. Two numbers are never one (1.5, 27/3), but
    with thousands parted (10.000).
    """
    typed = tuple(words_of(run))
    apart = SEAM.sub(" ", run) if {"#", "@"} & set(run) else _NUMBER.sub(_with_thousands, run)
    parts = words_of(_SEPARATOR.sub("", run))
    numbers = any(one.isdecimal() and other.isdecimal() for one, other in pairwise(parts))
    together = [] if numbers else words_of("".join(parts))  # Chinese signs stay words of their own
    found = (typed, tuple(words_of(_BORDER.sub(" ", apart))), tuple(together) if len(together) == 1 else ())
    return tuple(filter(None, dict.fromkeys(found)))


def _with_thousands(number: re.Match[str]) -> str:
    return number[0] if _YEAR.fullmatch(number[0]) else _THOUSANDS.sub(" ", number[0])


def _with_tone_moved(word: str) -> str:
    """A Vietnamese syllable in the other style; any other word as it is."""
    moved = _TONE_OF_TWO.sub(r"\1\4\3\2", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", moved)


def _all_but_one(terms: Sequence[Term]) -> Iterator[str]:
    """Alternatives that each want nearly all of the terms: whatever lacks one has a half of them whole.

    Written so, ten terms are named 34 times and not 90, and all of them are compared with each row that is looked at.
    """
    middle = len(terms) // 2
    halves = terms[:middle], terms[middle:]
    whole = [_and(map(_term, half)) for half in halves]
    if len(terms) == 1:
        yield whole[1]
    elif len(terms) > _FEW:
        yield from whole
    else:
        yield from (
            _and([kept, _or(_all_but_one(other))]) if len(other) > 1 else kept
            for kept, other in zip(whole, reversed(halves), strict=True)
        )


def _sides(terms: Sequence[Term], frequency: HowCommon) -> list[tuple[Sequence[Term], Sequence[Term]]]:
    """As `_all_but_one`: which terms must all be there, and of which all but one. Rare ones are dealt to both sides."""
    middle = len(terms) // 2
    if len(terms) > _FEW:
        return [(terms[:middle], ()), (terms[middle:], ())]
    rarest = _rarest_first(terms, frequency)
    return [(rarest[::2], rarest[1::2]), (rarest[1::2], rarest[::2])] if middle else [(terms, ())]


def _branch(whole: Sequence[Term], other: Sequence[Term], unwanted: Iterable[Term], frequency: HowCommon) -> Branch:
    first, second, *more = *map(_term, _rarest_first(whole, frequency)), "", ""
    rest = [*more, _or(_all_but_one(other)) if len(other) > 1 else "", *(f"!{_term(term)}" for term in unwanted)]
    return tuple(filter(None, (first, second, _and(filter(None, rest)))))


def _rarest_first(terms: Sequence[Term], frequency: HowCommon) -> list[Term]:
    return sorted(terms, key=lambda term: how_common(term, frequency)) if len(terms) >= _ORDERED else list(terms)


def _rarest(terms: Iterable[Term], frequency: HowCommon, most: int) -> tuple[Term, ...]:
    apart = (each for term in terms for each in ([term] if len(term) > 1 else [((word,),) for word in term[0]]))
    found = {term: reviews for term in apart if 0 < (reviews := how_common(term, frequency)) <= most}
    if len(found) <= _SOME + 1:
        return ()  # of which nearly all have been looked for
    return tuple(sorted(found, key=found.__getitem__)[: min(_RAREST, 2 * len(found) // 3)])


def _at_least(number: int, terms: Sequence[str]) -> str:
    """So many of the terms, written so that a row without one of them is told by one look for each."""
    if number == 1:
        return _or(terms)
    places = range(len(terms) - number + 1)
    return _or(_and([terms[place], _at_least(number - 1, terms[place + 1 :])]) for place in places)


def how_common(term: Term, frequency: HowCommon) -> int:
    """In how many reviews a term may stand at most, roughly."""
    return max(min(map(frequency, spelling)) for spelling in term)


def _quoted(word: str) -> str:
    return f"'{word}'"


def _term(term: Term) -> str:
    return _or(_join("<->", map(_quoted, spelling)) for spelling in term)


def _and(parts: Iterable[str]) -> str:
    return _join("&", parts)


def _or(parts: Iterable[str]) -> str:
    return _join("|", parts)


def _join(sign: str, parts: Iterable[str]) -> str:
    found = list(parts)
    return f"({sign.join(found)})" if len(found) > 1 else "".join(found)
