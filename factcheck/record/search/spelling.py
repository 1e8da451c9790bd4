"""What was probably meant by words that stand in no claim and no headline."""

import re
import time

from django.db.models import Q

from factcheck.database.query_timeout import rows_within
from factcheck.record.formats.text import nfc
from factcheck.record.search.query import OR, Alternative, Query, Term, plain_signs, read_query
from factcheck.record.search.ranking import SECONDS, Search, Searched
from factcheck.record.search.words import frequencies, words_of

MAX_WORDS = 3  # each costs a look into the index of similar words
_TONE = re.compile(r"[^\W\d_]+[1-9]")  # a Vietnamese keyboard that is switched off leaves the tone's number


def did_you_mean(model: Searched, text: str, condition: Q | None = None, *, seconds: float = SECONDS) -> str | None:
    """The text with its unknown words replaced by similar ones, if that gives results with all its words.

    `condition` is what the results must meet besides. None, too, when the seconds run out.

    In a query of plain words, an unknown word that resembles none is left out if another could be replaced. What is
    found in another spelling (COVID19) is not unknown.
    """
    deadline = time.monotonic() + seconds
    meant = asked = plain_signs(nfc(text))
    terms = read_query(meant).terms
    known = frequencies([word for typed, *_ in terms for word in typed])
    strange = {term: [word for word in term[0] if word in known and not known[word].reviews] for term in terms}
    if len({word for words in strange.values() for word in words}) > MAX_WORDS:
        return None
    strange = {term: words for term, words in strange.items() if words and not _found_otherwise(model, term, deadline)}
    unknown = list(dict.fromkeys(word for words in strange.values() for word in words))
    if not unknown:
        return None
    try:
        similar = {word: _most_similar(known[word].lexeme, deadline) for word in unknown}
    except TimeoutError:  # a word that was not looked for is not one that resembles none
        return None
    mended = {word: instead for word, instead in similar.items() if instead}
    if not mended or len({*mended.values()}) < len(mended):  # two words that resemble one are another matter
        return None
    if lost := similar.keys() - mended.keys():
        pieces = meant.split()
        if '"' in meant or OR in map(str.lower, pieces):
            return None
        meant = " ".join(piece for piece in pieces if not words_of(piece) or {*words_of(piece)} - lost)
    for word, instead in mended.items():
        meant = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", instead, meant, flags=re.IGNORECASE)
    if meant == asked:  # the word is a part of a run, which stays as it is
        return None
    found = Search(model, read_query(meant), condition, seconds=deadline - time.monotonic()).page(1)
    return meant if found.hits and not found.relaxed else None


def _found_otherwise(model: Searched, term: Term, deadline: float) -> bool:
    """Whether another spelling than the one that was typed finds something."""
    if len(term) == 1 or _TONE.fullmatch(term[0][-1]):  # of gia1, no price of 1 is meant
        return False
    others = Query((Alternative((term[1:],)),))
    return bool(Search(model, others, seconds=deadline - time.monotonic()).page(1).hits)


def _most_similar(lexeme: str, deadline: float) -> str | None:
    rows = rows_within(deadline - time.monotonic(), _SIMILAR, [lexeme, OR, lexeme])
    if rows is None:
        raise TimeoutError
    return rows[0][0] if rows else None


# Three letters in a row that both have, as pg_trgm counts them; of two that are about as similar the more common one.
# An operator in the place of a word would be another query.
_SIMILAR = """
SELECT word FROM record_word WHERE lexeme %% %s AND word <> %s
ORDER BY similarity(lexeme, %s) + ln(reviews) / 50 DESC, word LIMIT 1
"""
