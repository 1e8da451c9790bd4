"""The lookup of words for search and matching: their frequency, their stems and other spellings.

The search vectors of rows contain stems, except in English and Vietnamese (`sql/first/search.sql`). With stems, a query
also finds other forms of its words. The language of a query is unknown, so a word has a stem in each language with its
letters.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from factcheck.database.rows import run_prepared
from factcheck.record.search.constants import MAX_MISSPELT, SIMILAR_LETTERS, SIMILAR_WORDS
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import any_of

MAX_REMEMBERED = 10_000  # words
MAX_COUNTED = 1000  # reviews without a vector, which are counted only up to this number
Stems = Mapping[str, tuple[str, ...]]  # by word
_QUOTED = re.compile("'([^']+)'")
_remembered: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """A word's lexeme, and how common the lexeme is.

    - `reviews` is the number of live reviews with the lexeme in the claim or headline, as an upper bound. A review with
      two spellings of the lexeme counts twice.
    - `is_common` tells whether the lexeme is an English function word.
    - `similar` contains the known lexemes that differ by one typing error, with their reviews, the most frequent first.
      Only unknown words have any.
    """

    lexeme: str
    reviews: int
    is_common: bool = False
    similar: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Words with their stems, the approximate number of reviews, and the vectors of reviews.

    - `missing` is the number of reviews without a vector, at most MAX_COUNTED.
    - `ours` and `others` tell whether there are vectors of the model, and of other models.
    """

    words: Mapping[str, Known]
    stems: Stems
    total: int = 1
    missing: int = 0
    ours: bool = False
    others: bool = False

    def reviews(self, word: str) -> int:
        return self.words[word].reviews if word in self.words else 0


def look_up(words: Collection[str], *, model: str = "", stemmed: bool = True) -> Lookup:
    """Look up the words, and the vectors of the model and of others. The database stems a word only once.

    Without `stemmed`, words are counted as for matching, which leaves out reviews without a vector.
    """
    stems = _recall(words) if stemmed else {}
    unstemmed = [each for each in words if stemmed and each not in stems]
    rows = run_prepared(_LOOK_UP, [[*words], *[model] * 3, not stemmed, unstemmed])
    stems |= (computed := {row[0]: tuple(row[1]) for row in rows if row[1] is not None})
    if len(_remembered) > MAX_REMEMBERED:
        _remembered.clear()
    _remembered.update(computed)
    known = dict[str, Known]()
    for word, _, lexeme, reviews, is_common, similar, counts, *_ in rows:
        if lexeme:
            others = dict(zip(similar or (), counts or (), strict=True))
            known |= {other: Known(other, number) for other, number in others.items() if other not in known}
            known[word] = Known(lexeme, reviews, is_common, others)
    size, *vectors = rows[0][-4:] if rows else (1, 0, False, False)
    return Lookup(known, stems, max(1, size, *(each.reviews for each in known.values())), *vectors)


def with_stems(tsquery: str, stems: Stems | None = None) -> str:
    """Return the text for `to_tsquery` with the stems of each word as alternatives to the word."""
    if stems is None:
        words = _QUOTED.findall(tsquery)
        stems = _recall(words)
        if missing := [word for word in words if word not in stems]:
            stems |= look_up(missing).stems
    return _QUOTED.sub(lambda word: any_of([word[0], *(f"'{stem}'" for stem in stems.get(word[1], ()))]), tsquery)


def _recall(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the stems that this process has read before."""
    return {word: stems for word in words if (stems := _remembered.get(word)) is not None}


# `left_out` are the words of reviews that matching leaves out, because they have no vector yet. Otherwise words would
# become less rare, and the scores of other reviews would move.
#
# `corrected` are known words that differ by one typing error: a letter is missing, different or added, or two letters
# are swapped. The index of models supports `<` and `>`, but not `<>`.
_LOOK_UP = f"""
WITH typed AS MATERIALIZED (
    SELECT word, (tsvector_to_array(to_tsvector('{SEARCH_CONFIG}', word)))[1] AS lexeme FROM unnest(%s::text[]) word
), vectors AS MATERIALIZED (
    SELECT (SELECT count(*)::int FROM (
            SELECT FROM record_reviewvector WHERE embedding IS NULL LIMIT {MAX_COUNTED}) none) AS missing,
        EXISTS (SELECT FROM record_reviewvector WHERE embedding IS NOT NULL AND model = %s) AS ours,
        EXISTS (SELECT FROM record_reviewvector WHERE embedding IS NOT NULL AND (model < %s OR model > %s)) AS others
), left_out AS MATERIALIZED (
    SELECT lexeme, count(*)::int AS reviews FROM (
        SELECT review_id FROM record_reviewvector WHERE embedding IS NULL
            AND %s AND (SELECT missing > 0 AND ours AND NOT others FROM vectors) LIMIT {MAX_COUNTED}
    ) missing JOIN record_publishedreview ON id = review_id, LATERAL unnest(search)
    WHERE 'A' = ANY (weights) AND lexeme IN (SELECT lexeme FROM typed) GROUP BY lexeme
), counted AS MATERIALIZED (
    SELECT *, greatest(0,
        (SELECT coalesce(sum(reviews), 0)::int FROM record_word known WHERE known.lexeme = typed.lexeme)
        - coalesce((SELECT reviews FROM left_out WHERE left_out.lexeme = typed.lexeme), 0)) AS reviews
    FROM typed
), corrected AS MATERIALIZED (
    SELECT unknown.lexeme, array_agg(found.lexeme) AS lexemes, array_agg(found.reviews) AS reviews FROM (
        SELECT DISTINCT lexeme, length(lexeme) AS letters FROM counted
        WHERE reviews = 0 AND lexeme ~ '^[a-z]{{{SIMILAR_LETTERS}}}$' ORDER BY letters DESC, lexeme LIMIT {MAX_MISSPELT}
    ) unknown, LATERAL (
        SELECT lexeme, sum(reviews)::int AS reviews FROM record_word known WHERE lexeme = ANY (ARRAY(
            SELECT left(unknown.lexeme, place) || changed || substr(unknown.lexeme, place + next)
            FROM generate_series(0, letters) place, LATERAL (
                SELECT '', 2 UNION ALL SELECT reverse(substr(unknown.lexeme, place + 1, 2)), 3
                UNION ALL SELECT chr(96 + letter), next FROM generate_series(1, 26) letter, generate_series(1, 2) next
            ) change (changed, next)
        )) GROUP BY lexeme ORDER BY reviews DESC, lexeme LIMIT {SIMILAR_WORDS}
    ) found GROUP BY unknown.lexeme
)
SELECT word, CASE WHEN word = ANY (%s) THEN public.record_word_stems(word) END, lexeme, counted.reviews,
    ts_lexize('english_stem', lexeme) = '{{}}', corrected.lexemes, corrected.reviews,
    (SELECT reltuples::int FROM pg_class WHERE oid = 'record_publishedreview'::regclass), missing, ours, others
FROM vectors, counted LEFT JOIN corrected USING (lexeme)
"""  # noqa: S608 (constants)
