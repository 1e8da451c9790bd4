"""Words that only ask, such as "does", "what", "có phải" and "bao nhiêu". Search ignores these words.

A Vietnamese syllable has many meanings, so most Vietnamese words are listed as phrases. For example, "không" is a
question word in "có tốt không", but not in "hàng không" (aviation).
"""

import re
import unicodedata
from collections.abc import Sequence

_ENGLISH = {
    "am", "an", "and", "are", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for", "from", "had",
    "has", "have", "how", "in", "is", "of", "on", "should", "that", "the", "there", "these", "this", "those", "to",
    "was", "were", "what", "what's", "when", "where", "where's", "which", "who", "who's", "whom", "whose", "why",
    "with", "would",
}  # fmt: skip
_VIETNAMESE = tuple(
    tuple(phrase.split())
    for phrase in (
        "như thế nào", "có phải là", "những gì", "cái gì", "điều gì", "thế nào", "có phải", "phải không", "đúng không",
        "có đúng", "có thật", "thật không", "được không", "hay không", "là gì", "là ai", "ở đâu", "khi nào", "bao giờ",
        "bao nhiêu", "bao lâu", "tại sao", "vì sao", "ra sao", "làm sao",
    )
)  # fmt: skip
# These syllables ask only if they are typed with diacritics. For example, "la" can also mean "lá" (leaf).
_MARKED = frozenset(["có", "gì", "là", "nào"])
_BEFORE, _LAST = ("có",), ("không",)  # "có … không" is a question
# A syllable that can be Vietnamese without diacritics. "can bo" is "cán bộ", and "an toan" is "an toàn".
_SYLLABLE = re.compile(r"(?:ngh?|[cgkpt]h|nh|gi|qu|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")


def question_words(words: Sequence[str]) -> set[int]:
    """The positions of question words in a query's words, which are as typed.

    A word in capital letters is a name, for example WHO, unless all words are in capital letters. A query that can be
    Vietnamese has no English question words.
    """
    shouted = all(word.isupper() for word in words)
    plain = [unicodedata.normalize("NFC", word).lower().replace("’", "'").strip("?!.,…:;()") for word in words]
    english = all(map(str.isascii, plain)) and not all(map(_SYLLABLE.fullmatch, plain))
    found = {place for place, word in enumerate(plain) if word in _MARKED or (english and word in _ENGLISH)}
    for phrase in _VIETNAMESE:
        for start in range(len(plain) - len(phrase) + 1):
            if _same(tuple(plain[start : start + len(phrase)]), phrase):
                found |= {*range(start, start + len(phrase))}
    before = [place for place, word in enumerate(plain[:-1]) if _same((word,), _BEFORE)]
    if before and _same((plain[-1],), _LAST):
        found |= {before[-1], len(plain) - 1}
    return {place for place in found if shouted or not words[place].isupper()}


def _same(typed: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Whether the phrase was typed, with all of its diacritics or with none."""
    return typed == phrase or typed == tuple(map(_without_diacritics, phrase))


def _without_diacritics(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
