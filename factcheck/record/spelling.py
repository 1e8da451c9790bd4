"""What was probably meant by words that stand in no claim and no headline."""

import re
import time

from django.db.models import Q

from factcheck.record.bounded import rows_within
from factcheck.record.queries import OR, plain_signs, read_query
from factcheck.record.search import SECONDS, Search, Searched
from factcheck.record.text import nfc
from factcheck.record.words import frequencies, words_of

MAX_WORDS = 3  # each costs a look into the index of similar words


def did_you_mean(model: Searched, text: str, condition: Q | None = None, *, seconds: float = SECONDS) -> str | None:
    """The text with its unknown words replaced by similar ones, if that gives results with all its words.

    `condition` is what the results must meet besides. None, too, when the seconds run out.

    In a query of plain words, an unknown word that resembles none is left out if another could be replaced.
    """
    deadline = time.monotonic() + seconds
    meant = asked = plain_signs(nfc(text))
    words = read_query(meant).words
    known = frequencies(words)
    unknown = [word for word in words if word in known and not known[word].reviews]
    if not unknown or len(unknown) > MAX_WORDS:
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
