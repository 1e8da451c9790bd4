"""The search page: a word, a URL or a whole post, with filters, and suggestions as readers type.

A search takes a place for searches and counts towards the reader's limit. Several words are matched with claims
before the search, at a place for matches (`web/places.py`). If no place is free, the page says that results are
missing.
"""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from factcheck.record.formats.text import MAX_COMPOSED
from factcheck.record.lists.pages import Cursor
from factcheck.record.lists.values import read_date
from factcheck.record.search.query import MAX_QUERY
from factcheck.tools.budget import current
from factcheck.web.places import Busy, match_places, search_places
from factcheck.website.browse.filters import Facet, Filters
from factcheck.website.browse.review_lists import ResultsPage, links_to_pages, newest_first, read_cursor
from factcheck.website.responses import busy_page, page_for_readers, sample_of, within_limits
from factcheck.website.search.same_claim import SameClaim, find_same, find_unsure
from factcheck.website.search.search_text import SearchText
from factcheck.website.search.url_search import FoundByUrl, find_by_url, find_withdrawn
from factcheck.website.search.word_search import best_matches

NEWEST = "newest"
SUGGESTED = 5  # reviews as readers type


@csrf_exempt  # A search changes nothing, and a token would set a cookie.
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Show the results. A form sends the text by POST, because a whole post can be too long for a URL."""
    if request.method != "POST":
        return _search_page(request)
    text = SearchText.read(request.POST.get("q", ""))
    if not text.is_long:
        posted = _date_of_post(request)
        query = {"q": text.text, **({"posted": posted} if posted else {})}
        return redirect(f"{request.path}?{urlencode(query)}" if text else request.path)
    response: HttpResponse = never_cache(_searched)(request, text)
    return response


@page_for_readers
def _search_page(request: HttpRequest) -> HttpResponse:
    return _searched(request, SearchText.read(request.GET.get("q", "")))


def _searched(request: HttpRequest, text: SearchText) -> HttpResponse:
    sort = request.GET.get("sort") if text.words else None
    # A link can't contain a long text, so the next pages have only the words that search reads.
    linked = text.words if text.is_long else text.text
    posted = _date_of_post(request)
    date_kept, sort_kept = str(posted or ""), NEWEST if sort == NEWEST else ""
    filters = Filters.read(request.GET, q=linked, posted=date_kept, sort=sort_kept)
    newest = "sort" in dict(filters.kept)
    place = read_cursor(request.GET, by_time=newest or not text.words)
    matched = text.is_statement and not place.position and not newest

    def respond() -> HttpResponse:
        same, not_compared, in_time = _find_same(text, filters, posted) if matched else ([], 0, True)
        listed, facets = ResultsPage([]), list[Facet]()
        with search_places.enter():
            found = find_by_url(text)
            if text.words or not text:
                read = best_matches if text.words and not newest else newest_first
                listed = read(text.words, filters, place)
            # Counting comes last, because results are more important than numbers.
            shown = _shown(text, found, same, listed, first_page=not place.position)
            if (text.words or not text) and not text.is_long:  # the links of filters contain the text
                facets = filters.facets(listed.tsquery)
        context = {
            **shown,
            **_links(text, filters, newest, has_feed=bool(listed.reviews) and not listed.relaxed),
            **links_to_pages(listed.page, filters),
            "place": place, "posted": posted, "filters": filters, "facets": facets,
            "complete": shown["complete"] and in_time, "only_words": "meaning" in current().left_out,
            "not_compared": not_compared,
        }  # fmt: skip
        return render(request, "website/search.html", context)

    return _limited(request, text.text, respond)


def _date_of_post(request: HttpRequest) -> date | None:
    """Return the date that the reader chose, or None. Browsers only send valid dates."""
    try:
        return read_date((request.POST or request.GET).get("posted", ""))
    except ValueError:
        return None


def _find_same(text: SearchText, filters: Filters, posted: date | None) -> tuple[list[SameClaim], int, bool]:
    try:
        with match_places.enter():
            return *find_same(text.text, filters, posted), True
    except Busy:
        current().left_out.append("meaning")
        return [], 0, True
    except TimeoutError:
        return [], 0, False


def _shown(
    text: SearchText, found: FoundByUrl, same: list[SameClaim], listed: ResultsPage, *, first_page: bool
) -> dict[str, object]:
    """Return the results for the template. A review is shown once, in the first part that contains it.

    Pages after the first contain only the list.
    """
    parts = [each.reviews for each in found.live] + [[*each.reviews, *each.others] for each in same]
    first = [review for part in parts for review in part]
    known = {review.id for review in first}
    reviews = [review for review in listed.reviews if review.id not in known]
    former, complete = list(found.former) if first_page else [], listed.complete
    if text.words and first_page:
        try:
            former += [each for each in find_withdrawn(text.words) if each not in former]
        except TimeoutError:
            complete = False
    return {
        "text": text, "by_url": found.live if first_page else [], "former": former, "same": same,
        "listed": listed, "reviews": reviews, "complete": complete, "unsure": find_unsure(text, listed),
        "similar": listed.similar, "nothing": not (first or reviews or former),
        "by_meaning": all(review.id in listed.similar for review in reviews),
        "sample": sample_of([*first, *reviews]),
    }  # fmt: skip


def _links(text: SearchText, filters: Filters, newest: bool, *, has_feed: bool) -> dict[str, object]:
    """Return the links to share and follow the search. Feeds and the API have the same filters.

    A feed contains the reviews with all words, so a post that no review has in full gets no feed.
    """
    own = filters.query()
    kept = [pair for pair in filters.kept if pair[0] != "sort"]
    otherwise = Filters(filters.values, (*kept, *([] if newest else [("sort", NEWEST)])))
    query = "" if text.is_long or text.has_url or filters.errors else filters.api_query()
    if text.urls and not (text.words or text.ids or text.captures):
        query = urlencode({"cited_url": text.urls[0]})
    return {
        "query": text.text, "newest": newest, "own": own, "other_order": otherwise.query(),
        "share_url": "" if text.is_long else f"{settings.SITE_URL}{reverse('search')}{own}",
        "api_query": query, "feed_query": query if has_feed or not text.has_several_words else "",
        "json_url": f"{settings.SITE_URL}/api/v1/reviews/?{query}", "license": settings.LICENSE_URL,
    }  # fmt: skip


@csrf_exempt
@never_cache
@require_POST
def as_you_type(request: HttpRequest) -> HttpResponse:
    """Return the first results as a part of a page. The text is sent by POST, so no URL or log contains it.

    The script stops before the reader's limit is reached.
    """
    text = SearchText.read(request.POST.get("q", "")[: MAX_COMPOSED * MAX_QUERY])
    filters = Filters.read(request.GET, q=text.text)

    def respond() -> HttpResponse:
        listed = ResultsPage([])
        with search_places.enter():
            found = find_by_url(text)
            if text.words and not found:
                listed = best_matches(text.words, filters, Cursor(), SUGGESTED, as_typed=True)
        reviews = [*(review for each in found.live for review in each.reviews), *listed.reviews][:SUGGESTED]
        context = {"reviews": reviews, "unsure": find_unsure(text, listed), "former": found.former}
        return render(request, "website/as_you_type.html", context)

    return _limited(request, text.text, respond)


def _limited(request: HttpRequest, query: str, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a search within the limits. A refused search shows the reader's text again, so that it isn't lost."""
    return within_limits(respond, busy_page(request, query=query, posted=_date_of_post(request)))
