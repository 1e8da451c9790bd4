"""A parser for search queries in web search syntax: words, "exact phrases", or, and -exclusions.

`words.split_words` splits the words, so queries for `to_tsquery` contain only letters, marks and digits, and are always
well-formed. If `split_words` splits a run of characters into several words, the words are a phrase. Examples are
COVID-19 and a Chinese name. Other spellings of the run match too, for example COVID19 (see `spellings_of`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from factcheck.record.formats.text import nfc
from factcheck.record.search.questions import WORD_SEAM
from factcheck.record.search.words import split_words, without_diacritics

MAX_QUERY = 400  # in characters
OR = "or"  # the operator between alternatives
# Variants of " and - that word processors and phones insert. Dashes aren't included, because they separate words.
_TYPOGRAPHIC = str.maketrans("“”„‟«»＂−‐－", '"""""""---')
_PIECES = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')

# Words that only turn a query into a question, so they aren't searched for. A Vietnamese syllable has many meanings, so
# Vietnamese words are listed as phrases. For example, "không" isn't in the list because of "hàng không" (aviation).
_ASKING = {
    "am", "an", "and", "are", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for", "from", "had",
    "has", "have", "how", "in", "is", "of", "on", "should", "that", "the", "there", "these", "this", "those", "to",
    "was", "were", "what", "what's", "when", "where", "where's", "which", "who", "who's", "whom", "whose", "why",
    "with", "would",
}  # fmt: skip
_ASKING_PHRASES = tuple(
    tuple(phrase.split())
    for phrase in (
        "như thế nào", "có phải là", "những gì", "cái gì", "điều gì", "thế nào", "có phải", "phải không", "đúng không",
        "có đúng", "có thật", "thật không", "được không", "hay không", "là gì", "là ai", "ở đâu", "khi nào", "bao giờ",
        "bao nhiêu", "bao lâu", "tại sao", "vì sao", "ra sao", "làm sao",
    )
)  # fmt: skip
# A syllable that can be Vietnamese without diacritics. "can bo" is "cán bộ", and "an toan" is "an toàn".
_SYLLABLE = re.compile(r"(?:ngh?|[cgkpt]h|nh|gi|qu|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")

# The tone can be on either of the two vowels at the end of a syllable, for example in hòa and hoà. Matches NFD.
_TONE = "([\u0300\u0301\u0303\u0309\u0323]?)"
_TONE_OF_TWO = re.compile(f"(o(?=.?[ae])|u(?=.?y)){_TONE}([aey]){_TONE}$")

Spelling = tuple[str, ...]  # consecutive words
Term = tuple[Spelling, ...]  # alternative spellings, with the typed spelling first
ReviewCount = Callable[[str], int]  # the approximate number of reviews that contain a word

# Positions where other people write a space or hyphen, as in COVID19, U23, 10km and 10000, but not in 5G.
_BORDER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_]{2})")
_NUMBER = re.compile(r"(?<!\d)[1-9]\d{3,}")
_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_YEAR = re.compile(r"19\d\d|20(?!00)\d\d")
_SEPARATOR = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Alternative:
    """The terms between two "or" in a query. All of the required terms and none of the excluded terms must match."""

    required: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """The alternatives of a query, with at least one required term each. A query of excluded terms has no alternatives.

    `question` is the text as typed if the text consists of words alone, without operators.
    """

    alternatives: tuple[Alternative, ...]
    question: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    @property
    def words(self) -> list[str]:
        """Return the words in all spellings of required terms, in order and without duplicates."""
        return list(dict.fromkeys(word for term in self.terms for spelling in term for word in spelling))

    @property
    def every_word(self) -> Iterator[str]:
        """Return the words in all spellings of required and excluded terms."""
        for each in self.alternatives:
            yield from chain.from_iterable(chain.from_iterable((*each.required, *each.excluded)))

    @property
    def terms(self) -> list[Term]:
        return [term for each in self.alternatives for term in each.required]

    def all_terms(self) -> str:
        """Return the `to_tsquery` text that matches all required terms of an alternative."""
        return any_of(
            all_of([*map(term_query, each.required), *(f"!{term_query(term)}" for term in each.excluded)])
            for each in self.alternatives
        )

    def any_word(self) -> str:
        return any_of(map(_quoted, self.words))

    def any_marked_word(self) -> str:
        """Return the words that have diacritics or aren't in ASCII, as alternatives.

        The string is empty if there are none.

        Vietnamese syllables are searched for with their tone in both styles.
        """
        marked = (word for word in self.words if not word.isascii())
        return any_of(map(_quoted, dict.fromkeys(style for word in marked for style in (word, _with_tone_moved(word)))))


def normalise_punctuation(text: str) -> str:
    """Return the text with " and - instead of their typographic variants."""
    return text.translate(_TYPOGRAPHIC)


def read_query(text: str) -> Query:
    """Parse a query. Any text is accepted.

    Other characters count as spaces. An unclosed quotation extends to the end. If an alternative consists of question
    words, the question words are searched for.
    """
    text = normalise_punctuation(text)
    pieces = _PIECES.findall(text)
    asking = _question_pieces(pieces)
    alternatives = []
    required, excluded, ignored = list[Term](), list[Term](), list[Term]()
    # The added "or" ends the last alternative. Question words are `ignored` unless the alternative has no other words.
    for number, (minus, phrase, word) in enumerate([*pieces, ("", "", OR)]):
        if word.lower() == OR and not minus:
            if required := required or ignored:
                alternatives.append(Alternative(tuple(dict.fromkeys(required)), tuple(dict.fromkeys(excluded))))
            required, excluded, ignored = [], [], []
        elif words := tuple(split_words(phrase or word)):
            terms = excluded if minus else ignored if number in asking else required
            terms.append((words,) if phrase else spellings_of(word))
    plain = not any(minus or phrase or word.lower() == OR for minus, phrase, word in pieces)
    return Query(tuple(alternatives), " ".join(text.split()) if plain else "")


def _question_pieces(pieces: Sequence[tuple[str, str, str]]) -> set[int]:
    """Return the positions of question words. Quoted and excluded words are never question words.

    A word in capital letters is a name, for example WHO, unless all words are in capital letters. The Vietnamese
    phrases are recognised with all of their diacritics or with none. If all words can be Vietnamese syllables, none is
    an English question word.
    """
    places = [number for number, (minus, _, word) in enumerate(pieces) if word and not minus]
    words = [pieces[place][2] for place in places]
    shouted = all(map(str.isupper, words))
    plain = [nfc(word).lower().replace("’", "'").strip("?!.,…:;()") for word in words]
    english = all(map(str.isascii, plain)) and not all(map(_SYLLABLE.fullmatch, plain))
    found = {at for at, word in enumerate(plain) if english and word in _ASKING}
    for phrase in _ASKING_PHRASES:
        for at in range(len(plain) - len(phrase) + 1):
            typed = tuple(plain[at : at + len(phrase)])
            if typed in (phrase, tuple(map(without_diacritics, phrase))):
                found |= {*range(at, at + len(phrase))}
    return {places[at] for at in found if shouted or not words[at].isupper()}


def spellings_of(run: str) -> Term:
    """Return the spellings of a run without spaces: as typed, split into parts, and joined into one word.

    A tag is split at capital letters. Numbers of four or more digits are also split at thousands, except for years. Two
    numbers are never joined (1.5 or 27/3), except at a thousands separator (10.000).
    """
    typed = tuple(split_words(run))
    apart = WORD_SEAM.sub(" ", run) if {"#", "@"} & set(run) else _NUMBER.sub(_with_thousands, run)
    parts = split_words(_SEPARATOR.sub("", run))
    numbers = any(one.isdecimal() and other.isdecimal() for one, other in pairwise(parts))
    together = [] if numbers else split_words("".join(parts))  # Chinese characters are still separate words
    found = (typed, tuple(split_words(_BORDER.sub(" ", apart))), tuple(together) if len(together) == 1 else ())
    return tuple(filter(None, dict.fromkeys(found)))


def _with_thousands(number: re.Match[str]) -> str:
    return number[0] if _YEAR.fullmatch(number[0]) else _THOUSANDS.sub(" ", number[0])


def _with_tone_moved(word: str) -> str:
    """Return a Vietnamese syllable with its tone in the other style. Other words don't change."""
    return nfc(_TONE_OF_TWO.sub(r"\1\4\3\2", unicodedata.normalize("NFD", word)))


def max_reviews(term: Term, frequency: ReviewCount) -> int:
    """Return the approximate maximum number of reviews that contain the term."""
    return max(min(map(frequency, spelling)) for spelling in term)


def _quoted(word: str) -> str:
    return f"'{word}'"


def term_query(term: Term) -> str:
    return any_of(_join("<->", map(_quoted, spelling)) for spelling in term)


def all_of(parts: Iterable[str]) -> str:
    return _join("&", parts)


def any_of(parts: Iterable[str]) -> str:
    return _join("|", parts)


def _join(operator: str, parts: Iterable[str]) -> str:
    found = list(parts)
    return f"({operator.join(found)})" if len(found) > 1 else "".join(found)
