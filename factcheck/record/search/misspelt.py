"""Similar words for words that occur in no claim or headline: one letter is missing, wrong, doubled or swapped."""

import string
from collections.abc import Collection, Iterator
from dataclasses import replace

from django.db import connections

from factcheck.record.search.query import Query, Term

SIMILAR = 10  # words for each misspelt word, the most frequent first
LENGTHS = range(2, 9)  # in letters. Longer words have too many variants, and suggestions compare them by trigrams.


def with_similar(query: Query, unknown: Collection[str]) -> Query:
    """The query with similar words as alternative spellings of the unknown words."""
    similar = {word: found for word in unknown if (found := _similar(word))}

    def spellings(term: Term) -> Term:
        word, *others = term[0]
        return term if others else (*term, *((other,) for other in similar.get(word, ())))

    alternatives = (replace(each, required=tuple(map(spellings, each.required))) for each in query.alternatives)
    return replace(query, alternatives=tuple(alternatives)) if similar else query


def _similar(word: str) -> list[str]:
    if len(word) not in LENGTHS or not (word.isascii() and word.isalpha()):
        return []
    with connections["public"].cursor() as cursor:
        cursor.execute(_MOST_FREQUENT, [[*_variants(word)], SIMILAR])
        return [lexeme for (lexeme,) in cursor.fetchall()]


def _variants(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        begin, end = word[:place], word[place:]
        yield begin + end[1:]
        yield begin + end[1:2] + end[:1] + end[2:]
        for letter in string.ascii_lowercase:
            yield begin + letter + end
            yield begin + letter + end[1:]


_MOST_FREQUENT = """
SELECT lexeme FROM record_word WHERE lexeme = ANY(%s) GROUP BY lexeme ORDER BY sum(reviews) DESC, lexeme LIMIT %s
"""
