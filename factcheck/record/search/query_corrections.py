"""Other spellings for words that occur in no review: Vietnamese typed without its keyboard, and typing errors.

Syllables in Telex or VNI are composed. For example, `nuwowcs` and `nu7o71c` become `nước`. A word with a typing error
gets similar words (`lookup.py`).
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import chain

from factcheck.record.search.query import Query, ReviewCount, Term
from factcheck.record.search.words import without_diacritics

_TONES = dict(zip("sfrxj", "\u0301\u0300\u0309\u0303\u0323", strict=True))
# The keys of VNI as keys of Telex. In VNI, a 6 follows the letter that gets a circumflex.
_VNI = str.maketrans("1234567890", "sfrxj^wwd0")
_HAT, _HORN = str.maketrans("aeo", "âêô"), str.maketrans("aou", "ăơư")
_ONSET = "(?:ngh|ng|nh|n|gh|gi(?=[^cnmpt])|g|kh|k|ch|c|ph|p|th|tr|t|qu|b|d|đ|h|l|m|r|s|v|x)?"
_CODA = "(?:ch|c|m|ng|nh|n|p|t)"
# The vowels of syllables with and without consonants at the end.
_CLOSED = "uyê|uyê|iê|yê|uô|ươ|oa|oă|oe|uâ|uê|uy|oo|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
_OPEN = (
    "oai|oay|oeo|uây|uyu|uya|iêu|yêu|uôi|ươi|ươu|ia|ua|ưa|oa|oe|uê|uơ|uy|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu"
    "|a|e|ê|i|o|ô|ơ|u|ư|y"
)
_SYLLABLE = re.compile(rf"(?P<onset>{_ONSET})(?:(?P<closed>{_CLOSED})(?P<coda>{_CODA})|(?P<open>{_OPEN}))")
_BARE = str.maketrans("ăâđêôơư", "aadeoou")
_BARE_SYLLABLE = re.compile(_SYLLABLE.pattern.translate(_BARE))
_FIRST_VOWEL = re.compile("(?:qu|gi(?=[aeou]))?[a-z9]*?[aeiouy]")
_DOUBLED = re.compile(rf"([aeo])([iuy]?{_CODA}?)\1")
_CIRCUMFLEX = re.compile(rf"([aeo])([iuy]?{_CODA}?)\^")
_BOTH_HORNS = re.compile(r"(?<!q)uo(?=[iu]?[cmngpt]*w)")
_FIRST_HORN = re.compile(r"(?<!q)u(?=aw)")
_LAST_HORN = re.compile(rf"([aou])([iu]?{_CODA}?)w")
_MAIN_VOWEL = re.compile("[ăâêôơ]|ư(?!ơ)")


def with_composed(query: Query, reviews: ReviewCount) -> Query:
    """Add composed syllables as alternative spellings, if the query contains such words that occur in no review.

    If all words of the query look like Vietnamese, known words such as "cos" are composed too.
    """
    composed = composed_words(query)
    unknown = {word for word in composed if not reviews(word)}
    if not unknown:
        return query
    everywhere = chain.from_iterable(term[0] for term in query.terms)
    chosen = composed if all(word in composed or is_syllable(word) for word in everywhere) else unknown
    return with_spellings(query, {word: [composed[word]] for word in chosen})


def composed_words(query: Query) -> dict[str, str]:
    """Return the composed syllable of each word that can be one."""
    words = dict.fromkeys(term[0][0] for term in query.terms if len(term[0]) == 1)
    return {word: syllable for word in words if (syllable := compose(word))}


def compose(typed: str) -> str | None:
    """Return the syllable that was typed in lower case, or None if the word isn't a syllable typed in Telex or VNI."""
    if not typed.isascii() or not (start := _FIRST_VOWEL.match(typed)):
        return None
    keys = typed.translate(_VNI)
    begin, rest = keys[: start.end()], keys[start.end() :]
    tones = [key for key in rest if key in _TONES]
    if len(tones) > 1:
        return None
    word = _with_marks(begin + "".join(key for key in rest if key not in _TONES))
    found = _SYLLABLE.fullmatch(word)
    if (
        not found
        or (not tones and word == typed)
        or (found["coda"] in ("c", "ch", "p", "t") and tones not in (["s"], ["j"]))
    ):
        return None
    return _with_tone(found, _TONES[tones[0]]) if tones else word


def _with_marks(keys: str) -> str:
    """Return the letters with circumflexes, horns and strokes, but without the tone."""
    if keys.startswith("d") and keys.endswith("d") and len(keys) > 1:
        keys = "đ" + keys[1:-1]
    keys = re.sub("^dd", "đ", keys)
    keys = _DOUBLED.sub(lambda found: found[1].translate(_HAT) + found[2], keys, count=1)
    keys = _CIRCUMFLEX.sub(lambda found: found[1].translate(_HAT) + found[2], keys, count=1)
    if _BOTH_HORNS.search(keys):
        return _BOTH_HORNS.sub("ươ", keys, count=1).replace("w", "", 1)
    if _FIRST_HORN.search(keys):
        return _FIRST_HORN.sub("ư", keys, count=1).replace("w", "", 1)
    return _LAST_HORN.sub(lambda found: found[1].translate(_HORN) + found[2], keys)


def _with_tone(syllable: re.Match[str], tone: str) -> str:
    """Return the syllable with its tone above the right vowel.

    The tone is above a vowel with a circumflex or horn, otherwise above the last vowel before a consonant. Otherwise it
    is above the first of two vowels, or above the second of three.
    """
    vowels = syllable["closed"] or syllable["open"]
    if marked := _MAIN_VOWEL.search(vowels):
        place = marked.start()
    elif syllable["closed"]:
        place = len(vowels) - 1
    else:
        place = 1 if len(vowels) == 3 else 0
    place += len(syllable["onset"])
    word = syllable[0]
    return unicodedata.normalize("NFC", word[: place + 1] + tone + word[place + 1 :])


def is_syllable(word: str) -> bool:
    """Return whether the word is a Vietnamese syllable, with or without diacritics."""
    return bool(_BARE_SYLLABLE.fullmatch(without_diacritics(word)))


def with_spellings(query: Query, words: Mapping[str, Collection[str]]) -> Query:
    """Add more spellings to the terms that consist of one of these words."""
    if not words:
        return query

    def spellings(term: Term) -> Term:
        word, *others = term[0]
        return term if others else (*term, *((other,) for other in words.get(word, ())))

    alternatives = (replace(each, required=tuple(map(spellings, each.required))) for each in query.alternatives)
    return replace(query, alternatives=tuple(alternatives))
