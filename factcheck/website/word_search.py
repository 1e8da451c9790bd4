"""Pages of search results: the best matches first, or the newest reviews first.

A page begins after or before a position. So all results can be reached, and no page takes longer than the first.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, QuerySet

from factcheck.database.query_timeout import time_limit
from factcheck.record.matching.similar_rows import find_similar
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel.bodies import Review
from factcheck.record.search.constants import SECONDS
from factcheck.record.search.counts import FACETS, known_counts
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.record.search.spelling import did_you_mean
from factcheck.record.search.stems import has_words
from factcheck.record.statements.output import read
from factcheck.website.filters import Filters

PAGE_SIZE = 20
FEW = 10_000  # reviews. If a filter has fewer, they are found by the filter and then sorted.
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Position = tuple[int, UUID]  # a score or the microseconds of a time, and the id of a review


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a page: its results come after the position, or before it.

    Without a position, it is the first page.
    """

    position: Position | None = None
    backward: bool = False

    @classmethod
    def read(cls, after: str, before: str) -> "Place":
        """Parse the parameters of a link to another page. An invalid position means the first page."""
        for value, backward in ((after, False), (before, True)):
            number, _, pk = value.partition(".")
            if number.isascii() and number.isdecimal() and len(number) < 19:
                try:
                    return cls((int(number), UUID(pk)), backward)
                except ValueError:
                    continue
        return cls()


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """A page of reviews. `after` and `before` are positions for links to the adjacent pages.

    - `relaxed` is true if no review contains all search words.
    - `similar` contains the ids of reviews that were found only by meaning.
    - `suggestion` is a better spelling.
    - `complete` is false if the search ran out of time.
    - `tsquery` selects the rows that were found, for counting them.
    """

    reviews: list[Review]
    after: str = ""
    before: str = ""
    relaxed: bool = False
    similar: frozenset[str] = frozenset()
    suggestion: str | None = None
    complete: bool = True
    tsquery: str | None = None
    deadline: float = field(default=0.0, compare=False)


def best_matches(
    words: str, filters: Filters, place: Place, size: int = PAGE_SIZE, *, only_words: bool = False
) -> ResultsPage:
    """Return the reviews that match the words best.

    With `only_words`, reviews aren't found by meaning, and no better spelling is suggested.
    """
    condition = filters.condition() if filters else None
    search = Search(PublishedReview, read_query(words), condition, find_similar=None if only_words else find_similar)
    found = search.page(size + 1, place.position, place.backward)
    suggestion = None
    if not only_words and not place.position and (found.relaxed or not found.hits):
        left = max(0, found.deadline - time.monotonic())
        suggestion = did_you_mean(PublishedReview, words, condition, seconds=left)
    reviews, after, before = _page([(hit.score, hit.id, hit.body) for hit in found.hits], place, size)
    return ResultsPage(
        reviews, after, before, found.relaxed,
        frozenset(str(hit.id) for hit in found.hits if not hit.by_words),
        suggestion, found.complete, found.tsquery or None, found.deadline,
    )  # fmt: skip


def newest_first(
    words: str,
    filters: Filters,
    place: Place,
    size: int = PAGE_SIZE,
    among: QuerySet[PublishedReview] | None = None,
) -> ResultsPage:
    """Return live reviews with all these words, or all live reviews without words.

    `among` limits the result to these rows.
    """
    deadline = time.monotonic() + SECONDS
    query = read_query(words)
    rows = filters.narrow(PublishedReview.objects.using("public").live() if among is None else among)
    if words:
        rows = rows.filter(has_words(query)) if query else rows.none()
    try:
        with time_limit(SECONDS):
            found = _read_newest(rows, filters, place, size + 1)
    except TimeoutError:
        return ResultsPage([], complete=False, deadline=deadline)
    hits = [(int((at - _BEGINNING) / _MICROSECOND), pk, body) for at, pk, body in found]
    reviews, after, before = _page(hits, place, size)
    return ResultsPage(
        reviews, after, before, tsquery=query.all_terms() if words and query else None, deadline=deadline
    )


def _read_newest(
    rows: QuerySet[PublishedReview, Any], filters: Filters, place: Place, limit: int
) -> Sequence[tuple[datetime, UUID, str]]:
    if place.position:
        number, pk = place.position
        try:
            at = _BEGINNING + number * _MICROSECOND
        except OverflowError:
            return []
        if place.backward:
            rows = rows.filter(Q(published_at=at, id__gt=pk) | Q(published_at__gt=at), published_at__gte=at)
        else:
            rows = rows.filter(Q(published_at=at, id__lt=pk) | Q(published_at__lt=at), published_at__lte=at)
    columns = ("published_at", "id")
    if _has_few(filters):
        # PostgreSQL can't read a sorted row of two columns from the index, so it finds the rows by the filter.
        pair = Func(*map(F, columns), function="ROW", output_field=BooleanField())
        rows = rows.order_by(pair.asc() if place.backward else pair.desc())
    else:
        rows = rows.order_by(*(name if place.backward else f"-{name}" for name in columns))
    return list(rows.values_list(*columns, "body")[:limit])


def _has_few(filters: Filters) -> bool:
    """Return whether few reviews have the values of one of the filters.

    In this case, the rows are found by the filter and then sorted. Reading all reviews in order would take too long,
    because few of them match.
    """
    totals = [known_counts(PublishedReview, [each], []) for each in filters.values.items() if each[0] in FACETS]
    return any(each and each.total < FEW for each in totals)


def _page(hits: Sequence[tuple[int, UUID, str]], place: Place, size: int) -> tuple[list[Review], str, str]:
    """Return the reviews in order, and the positions for links.

    `hits` are nearest first. One more hit than `size` shows that there is another page.
    """
    more, found = len(hits) > size, list(hits[:size])
    if place.backward:
        found.reverse()
    if not found:
        return [], "", ""
    has_next = place.backward or more
    has_previous = more if place.backward else place.position is not None
    ends = [f"{number}.{pk}" for number, pk, _ in (found[-1], found[0])]
    return [read(Review, body) for *_, body in found], ends[0] if has_next else "", ends[1] if has_previous else ""
