"""What a person types into the search box, read as web search reads it: words, "in this order", or, -without.

Words are cut as `words.words_of` cuts them, so that what is handed to `to_tsquery` holds letters, marks and digits
alone and cannot be malformed. A run that is no single word (COVID-19, a name in Chinese) is a phrase.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from factcheck.record.words import words_of

MAX_QUERY = 400  # characters that a person may search for
OR = "or"  # no word but the operator between alternatives
# What word processors and telephones make of " and -. Dashes stay: they stand between words.
_TYPOGRAPHIC = str.maketrans("“”„‟«»＂−‐－", '"""""""---')
_PIECES = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
# Of up to _FEW terms any one may be lacking. Of more, all of one half must match: a mistake leaves the other whole.
_FEW = 10

_BRANCHES = 8  # of more, all are one
_ORDERED = 4  # from so many terms on it is worth asking how common each is

Term = tuple[str, ...]  # words that stand next to each other
Branch = tuple[str, ...]  # texts for `to_tsquery`, all of which must match
HowCommon = Callable[[str], int]  # in how many reviews a word stands, roughly


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
        """The wanted words, each once, in their order."""
        wanted = (term for each in self.alternatives for term in each.wanted)
        return list(dict.fromkeys(word for term in wanted for word in term))

    def all_terms(self) -> str:
        """What has all wanted terms of an alternative, for `to_tsquery`."""
        return self._joined(lambda terms: _and(map(_phrase, terms)))

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
        return _or(_quoted(word) for word in self.words if not word.isascii())

    def without(self, words: Collection[str]) -> "Query":
        """The query without the wanted terms that hold one of these words."""
        kept = (
            replace(each, wanted=tuple(term for term in each.wanted if not set(term) & set(words)))
            for each in self.alternatives
        )
        return Query(tuple(each for each in kept if each.wanted))

    def _joined(self, wanted: Callable[[tuple[Term, ...]], str]) -> str:
        return _or(
            _and([wanted(each.wanted), *(f"!{_phrase(term)}" for term in each.unwanted)]) for each in self.alternatives
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
            (unwanted if minus else wanted).append(words)
    return Query(tuple(alternatives))


def _all_but_one(terms: Sequence[Term]) -> Iterator[str]:
    """Alternatives that each want nearly all of the terms: whatever lacks one has a half of them whole.

    Written so, ten terms are named 34 times and not 90, and all of them are compared with each row that is looked at.
    """
    middle = len(terms) // 2
    halves = terms[:middle], terms[middle:]
    whole = [_and(map(_phrase, half)) for half in halves]
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
    first, second, *more = *map(_phrase, _rarest_first(whole, frequency)), "", ""
    rest = [*more, _or(_all_but_one(other)) if len(other) > 1 else "", *(f"!{_phrase(term)}" for term in unwanted)]
    return tuple(filter(None, (first, second, _and(filter(None, rest)))))


def _rarest_first(terms: Sequence[Term], frequency: HowCommon) -> list[Term]:
    return sorted(terms, key=lambda term: min(map(frequency, term))) if len(terms) >= _ORDERED else list(terms)


def _quoted(word: str) -> str:
    return f"'{word}'"


def _phrase(term: Term) -> str:
    return _join("<->", map(_quoted, term))


def _and(parts: Iterable[str]) -> str:
    return _join("&", parts)


def _or(parts: Iterable[str]) -> str:
    return _join("|", parts)


def _join(sign: str, parts: Iterable[str]) -> str:
    found = list(parts)
    return f"({sign.join(found)})" if len(found) > 1 else "".join(found)
