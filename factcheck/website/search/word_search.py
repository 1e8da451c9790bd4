"""Search results by words and by meaning, the best matches first."""

from factcheck.record.lists.pages import Cursor, as_q, page_of
from factcheck.record.matching.candidates import find_similar
from factcheck.record.models import PublishedReview
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.website.browse.filters import Filters
from factcheck.website.browse.review_lists import PAGE_SIZE, ResultsPage, reviews_of


def best_matches(
    words: str, filters: Filters, cursor: Cursor, size: int = PAGE_SIZE, *, only_words: bool = False
) -> ResultsPage:
    """Return the reviews that match the words best.

    With `only_words`, reviews aren't found by meaning.
    """
    similar = None if only_words else find_similar
    search = Search(PublishedReview, read_query(words), as_q(filters.conditions), find_similar=similar)
    found = search.page(size + 1, cursor.position, cursor.backward)
    page = page_of([(hit.score, hit.id, hit.body) for hit in found.hits], cursor, size)
    return ResultsPage(
        reviews_of(page), page, found.relaxed,
        frozenset(str(hit.id) for hit in found.hits if not hit.by_words),
        found.complete, found.tsquery or None,
    )  # fmt: skip
