"""Search results by words and by meaning, the best matches first."""

from dataclasses import replace

from factcheck.database.rows import run_prepared
from factcheck.record.lists.pages import Cursor, as_q, page_of
from factcheck.record.matching.candidates import find_similar
from factcheck.record.models import PublishedReview
from factcheck.record.search.query import Query, read_query
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import Results
from factcheck.website.browse.filters import Filters
from factcheck.website.browse.review_lists import PAGE_SIZE, ResultsPage, reviews_of

LEAST_LETTERS, MAX_WORDS = 3, 10  # letters that are completed, and words that complete them, the most frequent first


def best_matches(
    words: str, filters: Filters, cursor: Cursor, size: int = PAGE_SIZE, *, as_typed: bool = False
) -> ResultsPage:
    """Return the reviews that match the words best.

    If no review has a single word, reviews are returned with words that begin with it. With `as_typed`, the last word
    can always be unfinished, and reviews aren't found by meaning.
    """
    query, meaning = read_query(words), None if as_typed else find_similar

    def search(query: Query) -> Results:
        search = Search(PublishedReview, query, as_q(filters.conditions), find_similar=meaning)
        return search.page(size + 1, cursor.position, cursor.backward)

    found = search(with_completions(query) if as_typed else query)
    if not as_typed and len(query.terms) == 1 and (found.relaxed or not found.candidates):
        longer = with_completions(query)
        completed = search(longer) if longer != query else found
        found = replace(completed, relaxed=True) if completed.candidates else found
    page = page_of([(hit.score, hit.id, hit.body) for hit in found.hits], cursor, size)
    reviews, by_words = reviews_of(page, filters.conditions), {str(hit.id) for hit in found.hits if hit.by_words}
    return ResultsPage(
        reviews, page, found.relaxed,
        frozenset(each.id for each in reviews if by_words.isdisjoint({each.id, *(other.id for other in each.also)})),
        found.complete, found.tsquery or None,
    )  # fmt: skip


def with_completions(query: Query) -> Query:
    """Add the published words that begin with the last word as its spellings."""
    last = query.terms[-1][0] if query else ()
    if len(last) != 1 or len(last[0]) < LEAST_LETTERS:
        return query
    found = run_prepared(_COMPLETIONS, [f"{last[0]}%", f"{last[0]}%", MAX_WORDS])
    *others, end = query.alternatives
    term = (*end.required[-1], *((lexeme,) for (lexeme,) in found))
    return replace(query, alternatives=(*others, replace(end, required=(*end.required[:-1], term))))


# The index of words finds typed diacritics, and the index of lexemes finds words whose diacritics were left out.
_COMPLETIONS = """
SELECT lexeme FROM record_word WHERE word LIKE %s OR lexeme LIKE %s
GROUP BY lexeme ORDER BY sum(reviews) DESC, lexeme LIMIT %s
"""
