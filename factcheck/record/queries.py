"""What a person types into the search box, read as web search reads it: words, "in this order", or, -without.

Words are cut as `words.words_of` cuts them, so that what is handed to `to_tsquery` holds letters, marks and digits
alone and cannot be malformed. A run that is no single word (COVID-19, a name in Chinese) is a phrase.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from factcheck.record.words import words_of

_PIECES = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
# Up to so many terms, every choice of all but one is asked for; of more, either half: one of them has no mistake.
_FEW = 10

Term = tuple[str, ...]  # words that stand next to each other


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


def read_query(text: str) -> Query:
    """Never fails: what is no word counts as a space, a quotation mark that is not closed reaches to the end."""
    alternatives = []
    wanted, unwanted = list[Term](), list[Term]()
    for minus, phrase, word in [*_PIECES.findall(text), ("", "", "or")]:
        if word.lower() == "or" and not minus:
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
