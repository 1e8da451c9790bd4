"""Spelling suggestions for words that don't occur in any review.

A suggestion corrects a typing error (`typing_errors.py`), because most unknown words are spelt correctly. It also stays
in the language of the query. Vietnamese is recognised by its short syllables, so "demo" is never replaced by "đêm"
(night).
"""

import re
import time
from collections.abc import Collection

from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.record.formats.text import nfc
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.search.query import OR, Alternative, Query, Term, normalise_punctuation, read_query
from factcheck.record.search.ranking import SECONDS, Search
from factcheck.record.search.results import SearchModel
from factcheck.record.search.typing_errors import fold, is_typing_error, is_vietnamese
from factcheck.record.search.words import frequencies, split_words

MAX_WORDS = 3  # each word requires a query with the trigram index
_SYLLABLE = re.compile(r"(?=\w{1,8}$)[^\W\daeiouy]*[aeiouy]+[^\W\daeiouy]*\d?")
_TONE = re.compile(r"[^\W\d_]+[1-9]")  # a tone number that was typed while the Vietnamese keyboard was switched off


def did_you_mean(model: SearchModel, text: str, condition: Q | None = None, *, seconds: float = SECONDS) -> str | None:
    """The text with unknown words replaced by similar words, if this new query finds rows with all its words.

    The rows must also match `condition`. Returns None if the time runs out.

    In a query of plain words, an unknown word without a similar word is dropped if another word can be replaced. A word
    that occurs in a body or in a different spelling isn't unknown (for example COVID19).
    """
    deadline = time.monotonic() + seconds
    suggestion = typed_text = normalise_punctuation(nfc(text))
    terms = read_query(suggestion).terms
    known = frequencies([word for typed, *_ in terms for word in typed])
    by_term = {term: [word for word in term[0] if word in known and not known[word].reviews] for term in terms}
    if len({word for words in by_term.values() for word in words}) > MAX_WORDS:
        return None
    by_term = {term: words for term, words in by_term.items() if words and not _occurs(term, deadline)}
    unknown = list(dict.fromkeys(word for words in by_term.values() for word in words))
    if not unknown:
        return None
    try:
        similar = {word: _most_similar(word, known[word].lexeme, [*known], deadline) for word in unknown}
    except TimeoutError:
        return None
    replacements = {word: other for word, other in similar.items() if other}
    if not replacements or len({*replacements.values()}) < len(replacements):  # two words with the same similar word
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
    results = Search(model, read_query(suggestion), condition, seconds=deadline - time.monotonic()).page(1)
    return suggestion if results.hits and not results.relaxed else None


def _occurs(term: Term, deadline: float) -> bool:
    """Whether the words of the typed spelling occur anywhere, or the term matches in a different spelling."""
    typed, *others = term
    if _TONE.fullmatch(typed[-1]):  # "gia1" means "giá", not a price ("giá") of 1
        return False
    queries = [Alternative(tuple(((word,),) for word in typed)), *(Alternative(((other,),)) for other in others)]
    search = Search(PublishedReview, Query(tuple(queries)), seconds=deadline - time.monotonic())
    found = search.page(1)
    return bool(found.hits and not found.relaxed)


def _most_similar(word: str, lexeme: str, typed: Collection[str], deadline: float) -> str | None:
    rows = rows_within(deadline - time.monotonic(), _SIMILAR, [lexeme, OR, lexeme])
    if rows is None:
        raise TimeoutError
    return next((other for (other,) in rows if _is_meant(word, other) and _is_same_language(word, other, typed)), None)


def _is_meant(word: str, other: str) -> bool:
    return is_typing_error(word, other) or bool(_TONE.fullmatch(word) and fold(word[:-1]) == fold(other))


def _is_same_language(word: str, other: str, typed: Collection[str]) -> bool:
    """Whether the other word can be in the language of the typed words. A syllable with diacritics is Vietnamese."""
    if is_vietnamese(other) and not other.isascii():
        return all(map(_resembles_syllable, typed))
    return word.isascii() or not _resembles_syllable(word) or is_vietnamese(other)


def _resembles_syllable(word: str) -> bool:
    """Whether the word can be a misspelt Vietnamese syllable: short and with a single group of vowels."""
    return bool(_SYLLABLE.fullmatch(fold(word)))


# The most similar words according to pg_trgm, with a slight preference for common words. The operator "or" can't be a
# replacement.
_SIMILAR = """
SELECT word FROM record_word WHERE lexeme %% %s AND word <> %s
ORDER BY similarity(lexeme, %s) + ln(reviews) / 50 DESC, word LIMIT 20
"""
