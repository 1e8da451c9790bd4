"""The stems of the words of a query. With them, the query also finds other forms of its words.

The search vectors of rows contain stems, except in English and Vietnamese (`sql/first/search.sql`). The language of a
query is unknown, so a word has a stem in each language with its letters.
"""

import re
from collections.abc import Collection, Mapping

from factcheck.database.rows import run_prepared
from factcheck.record.search.query import any_of

MAX_REMEMBERED = 10_000  # words
Stems = Mapping[str, tuple[str, ...]]  # by word
_QUOTED = re.compile("'([^']+)'")
_remembered: dict[str, tuple[str, ...]] = {}


def word_stems(words: Collection[str]) -> Stems:
    """Return the stems of each word in the form of the search vectors.

    The database computes the stems of a word once.
    """
    found = {word: stems for word in words if (stems := _remembered.get(word)) is not None}
    if missing := [word for word in words if word not in found]:
        if len(_remembered) > MAX_REMEMBERED:
            _remembered.clear()
        rows = run_prepared("SELECT word, public.record_word_stems(word) FROM unnest(%s::text[]) word", [missing])
        computed = {word: tuple(stems) for word, stems in rows}
        found |= computed
        _remembered.update(computed)
    return found


def with_stems(tsquery: str) -> str:
    """Return the text for `to_tsquery` with the stems of each word as alternatives to the word."""
    stems = word_stems(_QUOTED.findall(tsquery))
    return _QUOTED.sub(lambda word: any_of([word[0], *(f"'{stem}'" for stem in stems[word[1]])]), tsquery)
