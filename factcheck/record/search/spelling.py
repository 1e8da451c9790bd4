"""Spelling suggestions for words that don't occur in any review.

A suggestion corrects a typing error. Most unknown words are spelt correctly, and a similar word is often a different
word, such as contest and content. So only errors that people make while they type count: letters that are swapped,
missing, extra or doubled, a neighbouring key, or a wrong vowel. The first letter and the ending must be right.

A suggestion also stays in the language of the query. Vietnamese is recognised by its short syllables, so "demo" is
never replaced by "đêm" (night).
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.record.formats.text import nfc
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.search.constants import LONG, MAX_SUGGESTED, MIN_DOUBLED, MIN_LETTERS
from factcheck.record.search.query import OR, Alternative, Query, Term, normalise_punctuation, read_query
from factcheck.record.search.query_corrections import is_syllable
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import SearchModel
from factcheck.record.search.words import frequencies, split_words, without_diacritics
from factcheck.tools.budget import current

_SYLLABLE = re.compile(r"(?=\w{1,8}$)[^\W\daeiouy]*[aeiouy]+[^\W\daeiouy]*\d?")
_TONE = re.compile(r"[^\W\d_]+[1-9]")  # a tone number that was typed while the Vietnamese keyboard was switched off
_IMPOSSIBLE = 99
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")
# Vietnamese writes ngh, gh and k before e and i, and ng, g and c before the other vowels.
_MISSPELT = re.compile(r"(?:ng|c)[iey]|ge|(?:ngh|gh|k)[aou]")


def did_you_mean(model: SearchModel, text: str, condition: Q | None = None) -> str | None:
    """Replace unknown words by similar words, and return the new query if it finds rows with all its words.

    The rows must also match `condition`. Return None if there is no suggestion, or if the time runs out.

    In a query of plain words, an unknown word without a similar word is dropped if another word can be replaced. A word
    that occurs in a body or in a different spelling isn't unknown (for example COVID19).
    """
    suggestion = typed_text = normalise_punctuation(nfc(text))
    terms = read_query(suggestion).terms
    known = frequencies([word for typed, *_ in terms for word in typed])
    by_term = {term: [word for word in term[0] if word in known and not known[word].reviews] for term in terms}
    if len({word for words in by_term.values() for word in words}) > MAX_SUGGESTED:
        return None
    by_term = {term: words for term, words in by_term.items() if words and not _occurs(term)}
    unknown = list(dict.fromkeys(word for words in by_term.values() for word in words))
    if not unknown:
        return None
    try:
        similar = {word: most_similar(word, known[word].lexeme, [*known]) for word in unknown}
    except TimeoutError:
        current().left_out.append("did_you_mean")
        return None
    replacements = {word: other for word, other in similar.items() if other}
    # Two unknown words with the same replacement aren't corrected.
    if not replacements or len({*replacements.values()}) < len(replacements):
        return None
    if dropped := similar.keys() - replacements.keys():
        pieces = suggestion.split()
        if '"' in suggestion or OR in map(str.lower, pieces):
            return None
        suggestion = " ".join(piece for piece in pieces if not split_words(piece) or {*split_words(piece)} - dropped)
    for word, other in replacements.items():
        suggestion = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, suggestion, flags=re.IGNORECASE)
    if suggestion == typed_text:  # the word is part of a longer run
        return None
    results = Search(model, read_query(suggestion), condition).page(1)
    return suggestion if results.hits and not results.relaxed else None


def _occurs(term: Term) -> bool:
    """Return whether the typed words occur in any review, or the term matches in a different spelling."""
    typed, *others = term
    if _TONE.fullmatch(typed[-1]):  # "gia1" means "giá", not a price ("giá") of 1
        return False
    queries = [Alternative(tuple(((word,),) for word in typed)), *(Alternative(((other,),)) for other in others)]
    search = Search(PublishedReview, Query(tuple(queries)))
    found = search.page(1)
    return bool(found.hits and not found.relaxed)


def most_similar(word: str, lexeme: str, typed: Collection[str]) -> str | None:
    """Return the most similar known word that the user can have meant, or None. Raise TimeoutError."""
    rows = rows_within(_SIMILAR, [lexeme, OR, lexeme])
    if rows is None:
        raise TimeoutError
    return next((other for (other,) in rows if _is_meant(word, other) and _is_same_language(word, other, typed)), None)


def _is_meant(word: str, other: str) -> bool:
    return is_typing_error(word, other) or bool(
        _TONE.fullmatch(word) and without_diacritics(word[:-1]) == without_diacritics(other)
    )


def _is_same_language(word: str, other: str, typed: Collection[str]) -> bool:
    """Return whether the other word can be in the language of the typed words.

    A syllable with diacritics is Vietnamese.
    """
    if is_vietnamese(other) and not other.isascii():
        return all(map(_resembles_syllable, typed))
    return word.isascii() or not _resembles_syllable(word) or is_vietnamese(other)


def _resembles_syllable(word: str) -> bool:
    """Return whether the word can be a misspelt Vietnamese syllable: short and with a single group of vowels."""
    return bool(_SYLLABLE.fullmatch(without_diacritics(word)))


# The most similar words according to pg_trgm, with a slight preference for common words. The operator "or" can't be a
# replacement.
_SIMILAR = """
SELECT word FROM record_word WHERE lexeme %% %s AND word <> %s
ORDER BY similarity(lexeme, %s) + ln(reviews) / 50 DESC, word LIMIT 20
"""


def is_vietnamese(word: str) -> bool:
    """Return whether the word is a correct Vietnamese syllable, with or without diacritics."""
    return is_syllable(word) and not _MISSPELT.match(without_diacritics(word))


def is_typing_error(word: str, other: str) -> bool:
    """Return whether somebody who typed the word probably meant the other word."""
    typed, meant = without_diacritics(word), without_diacritics(other)
    if len(typed) >= MIN_DOUBLED and _without_double(typed, meant):
        return True
    if len(typed) < MIN_LETTERS or is_vietnamese(word) or typed[0] != meant[0] or _script(typed) != _script(meant):
        return False
    if word.isascii() and is_vietnamese(other):  # for example ditch and dịch
        return False
    return _errors(typed, meant) <= (2 if min(len(typed), len(meant)) >= LONG else 1)


def _without_double(typed: str, meant: str) -> bool:
    """Return whether one letter was typed twice, for example in demm."""
    return len(typed) == len(meant) + 1 and any(
        typed[place] == typed[place - 1] and typed[:place] + typed[place + 1 :] == meant
        for place in range(1, len(typed))
    )


def _errors(typed: str, meant: str) -> int:
    """Return the number of typing errors between two words that begin with the same letter."""
    # The edit distance with swapped letters (optimal string alignment), one row per typed letter. `row[j]` is the
    # number of errors between the letters typed so far and the first j letters of `meant`. Errors that people hardly
    # make cost _IMPOSSIBLE: a distant key, and a wrong, extra or missing letter at the end.
    before: list[int] = []
    row = [0] + [_IMPOSSIBLE] * len(meant)
    for i, letter in enumerate(typed, 1):
        above, row = row, [_IMPOSSIBLE] * (len(meant) + 1)
        for j, other in enumerate(meant, 1):
            inside = i < len(typed) and j < len(meant)
            same = 0 if letter == other else 1 if inside and _is_slip(letter, other) else _IMPOSSIBLE
            choices = [above[j - 1] + same]
            if i < len(typed):
                choices.append(above[j] + 1)  # an extra letter
            if j < len(meant):
                choices.append(row[j - 1] + 1)  # a missing letter
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                choices.append(before[j - 2] + 1)
            row[j] = min(choices)
        before = above
    return row[-1]


@cache
def _is_slip(letter: str, other: str) -> bool:
    """Return whether both letters are vowels, or their keys are next to each other."""
    if {letter, other} <= _VOWELS:
        return True
    keys = {key: (line, place) for line, row in enumerate(_ROWS) for place, key in enumerate(row)}
    if letter not in keys or other not in keys:
        return False
    (line, place), (line_of_other, place_of_other) = keys[letter], keys[other]
    return abs(line - line_of_other) <= 1 and abs(place - place_of_other) <= 1


def _script(word: str) -> str:
    return unicodedata.name(word[0], "").partition(" ")[0]
