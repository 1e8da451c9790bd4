"""Lists of reviews, the newest first, and links to their other pages.

A page begins after or before a position. So all reviews can be reached, and no page takes longer than the first.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.http import QueryDict

from factcheck.database.query_timeout import time_limit
from factcheck.record.lists.dimensions import has_words
from factcheck.record.lists.pages import Cursor, Page, Sql, read_page
from factcheck.record.lists.published_lists import REVIEWS
from factcheck.record.readmodel.bodies import Review
from factcheck.record.search.query import read_query
from factcheck.record.statements.output import read
from factcheck.tools.budget import current
from factcheck.website.browse.filters import Filters

PAGE_SIZE = 20
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read_cursor(parameters: QueryDict) -> Cursor:
    """Return the place that a link to another page names, with a score or microseconds. Otherwise, the beginning."""
    for name, backward in (("after", False), ("before", True)):
        number, _, pk = parameters.get(name, "").partition(".")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            with suppress(ValueError):
                return Cursor(backward, (int(number), UUID(pk)))
    return Cursor()


def at_time(cursor: Cursor) -> Cursor:
    """Return the cursor of a list by time. Raise OverflowError."""
    if not cursor.position:
        return cursor
    number, pk = cursor.position
    return replace(cursor, position=(_BEGINNING + number * _MICROSECOND, pk))


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """A page of reviews. `after` and `before` are positions for links to the adjacent pages.

    - `relaxed` is true if no review contains all search words.
    - `similar` contains the ids of reviews that were found only by meaning.
    - `complete` is false if the search ran out of time.
    - `tsquery` selects the rows that were found, for counting them.
    """

    reviews: list[Review]
    after: str = ""
    before: str = ""
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
            page = read_page(REVIEWS.source, conditions, ["body"], order, at_time(cursor), size, walks=walks)
    except OverflowError:
        page = Page([])
    except TimeoutError:
        current().left_out.append("results")
        return ResultsPage([], complete=False)
    reviews, after, before = reviews_of(page)
    return ResultsPage(reviews, after, before, tsquery=query.all_terms() if words and query else None)


def reviews_of(page: Page) -> tuple[list[Review], str, str]:
    """Return the reviews in order, and the positions for links to the adjacent pages."""
    return [read(Review, body) for (body,) in page.rows], write_cursor(page.next), write_cursor(page.previous)


def write_cursor(cursor: Cursor | None) -> str:
    if cursor is None or cursor.position is None:
        return ""
    value, pk = cursor.position
    return f"{(value - _BEGINNING) // _MICROSECOND if isinstance(value, datetime) else value}.{pk}"
