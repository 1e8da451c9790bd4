"""Lists of reviews, the newest first, and links to their other pages.

A page begins after or before a position. So all reviews can be reached, and no page takes longer than the first.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.http import QueryDict

from factcheck.database.query_timeout import time_limit
from factcheck.record.lists.dimensions import has_words
from factcheck.record.lists.pages import Cursor, Page, Sql, read_page
from factcheck.record.lists.published_lists import REVIEWS
from factcheck.record.readmodel.comparable_verdicts import shown_reviews
from factcheck.record.readmodel.translated_reviews import ListedReview, judgements, share_wordings
from factcheck.record.search.lookup import with_stems
from factcheck.record.search.query import read_query
from factcheck.tools.budget import current
from factcheck.website.browse.filters import Filters
from factcheck.website.queries import read_same_claims

PAGE_SIZE = 20
NO_FILTERS = Filters({})
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read_cursor(parameters: QueryDict, *, by_time: bool = True) -> Cursor:
    """Return the place that a link to another page names, with microseconds or a number. Otherwise, the beginning."""
    for name, backward in (("after", False), ("before", True)):
        number, _, pk = parameters.get(name, "").partition(".")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            with suppress(ValueError, OverflowError):
                value = _BEGINNING + int(number) * _MICROSECOND if by_time else int(number)
                return Cursor(backward, (value, UUID(pk)))
    return Cursor()


def write_cursor(cursor: Cursor | None) -> str:
    if cursor is None or cursor.position is None:
        return ""
    value, pk = cursor.position
    return f"{(value - _BEGINNING) // _MICROSECOND if isinstance(value, datetime) else value}.{pk}"


def links_to_pages(page: Page, filters: Filters = NO_FILTERS) -> dict[str, str]:
    """Return the query strings of the adjacent pages with these filters, for the template `list_pages.html`."""
    found = {"next": ("after", write_cursor(page.next)), "previous": ("before", write_cursor(page.previous))}
    return {name: filters.query(**{parameter: [place]}) for name, (parameter, place) in found.items() if place}


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """A page of reviews, with the places of the adjacent pages.

    - `relaxed` is true if no review contains all search words.
    - `similar` contains the ids of reviews that were found only by meaning.
    - `complete` is false if the search ran out of time.
    - `tsquery` selects the rows that were found, for counting them.
    """

    reviews: list[ListedReview]
    page: Page = field(default_factory=lambda: Page([]))
    relaxed: bool = False
    similar: frozenset[str] = frozenset()
    complete: bool = True
    tsquery: str | None = None


def newest_first(
    words: str,
    filters: Filters,
    cursor: Cursor,
    size: int = PAGE_SIZE,
    among: Sql | None = None,
) -> ResultsPage:
    """Return live reviews with all these words, or all live reviews without words.

    `among` is a further condition.
    """
    query = read_query(words)
    conditions = [*filters.conditions, *([among] if among else [])]
    if words:
        conditions.append(has_words(query) if query else ("false", []))
    walks = any(filters.dimensions[name].walks for name in filters.values)
    order = REVIEWS.newest_first
    try:
        with time_limit():
            page = read_page(REVIEWS.source, conditions, ["body"], order, cursor, size, walks=walks)
    except TimeoutError:
        current().left_out.append("results")
        return ResultsPage([], complete=False)
    return ResultsPage(
        reviews_of(page, conditions, newest_first=True),
        page,
        tsquery=with_stems(query.all_terms()) if words and query else None,
    )


def reviews_of(page: Page, conditions: Sequence[Sql], *, newest_first: bool = False) -> list[ListedReview]:
    """Return each judgement of the page once, in the reader's language if the conditions allow that review.

    In a list with the newest first, a judgement is left out if an earlier page shows it.
    """
    found = shown_reviews(ListedReview, (body for (body,) in page.rows))
    others = read_same_claims(found, conditions)
    share_wordings([*found, *(each for each, _ in others)])
    listed = [each for each, meets in others if meets]
    return judgements(found, listed, newest_first=newest_first)
