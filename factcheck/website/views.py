"""Pages for readers. They only read the record and don't set cookies."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from factcheck.record.formats.claimreview import claim_review_document
from factcheck.record.models import LogEntry, PublishedReview, Status
from factcheck.record.readmodel.picture_rows import shown_pictures
from factcheck.record.readmodel.revisions import last_notice, notice_in
from factcheck.record.readmodel.translated_reviews import find_original
from factcheck.record.source_checks import checks_of
from factcheck.server.rate_limits import SEARCH as SEARCH_LIMIT
from factcheck.server.rate_limits import count_request
from factcheck.server.search_gate import RETRY_AFTER, SEARCH, Busy, search_gate
from factcheck.website import queries


def page_for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Allow only GET and HEAD. Browsers revalidate the page each time, and get a 304 if nothing has changed."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_cache=True)
        # Django's ConditionalGetMiddleware ignores HEAD (RFC 9110, section 9.3.2), so it isn't used.
        set_response_etag(response)
        return get_conditional_response(request, etag=response.get("ETag"), response=response) or response

    return require_safe(answer)


def page_number(request: HttpRequest) -> int:
    """Return the number of the requested page. Raises Http404."""
    page = request.GET.get("page", "1")
    if not (page.isascii() and page.isdecimal() and len(page) < 4 and 1 <= int(page) <= queries.LAST_PAGE):
        raise Http404
    return int(page)


def require_results(page: int, listed: list[queries.Body], complete: bool = True) -> None:
    """Raises Http404 beyond the last page, because the page would have nothing to link back to."""
    if page > 1 and complete and not listed:
        raise Http404


def page_of_list(
    request: HttpRequest,
    template: str,
    name: str,
    read: Callable[[int], tuple[list[queries.Body], bool]],
    newsroom: Callable[[queries.Body], queries.Body],
) -> HttpResponse:
    """Render a page of a list. `name` is the list's name on the website and in the API. Raises Http404."""
    page = page_number(request)
    found, more = read(page)
    require_results(page, found)
    context = {
        name: found,
        "page": page,
        "next_page": page + 1 if more else None,
        "previous_page": page - 1 if page > 1 else None,
        "sample": any(is_sample(newsroom(entry)["site"]) for entry in found),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/{name}/",
    }
    return render(request, template, context)


@page_for_readers
def corrections(request: HttpRequest) -> HttpResponse:
    """Show corrections, updates, withdrawals, reinstatements and erasures, newest first (docs/reference/website.md)."""
    page = "website/corrections_page.html"
    return page_of_list(request, page, "corrections", queries.list_corrections, lambda each: each["newsroom"])


@page_for_readers
def home(request: HttpRequest) -> HttpResponse:
    """Show the introduction and the newest reviews, or the search results for ?q=."""
    query = queries.clean_query(request.GET.get("q", ""))
    page = page_number(request)
    if query:
        return _search(request, query, page)
    return _home(request, queries.newest_reviews(page), page)


def _search(request: HttpRequest, query: str, page: int) -> HttpResponse:
    """Show search results. A refused search shows the reader's words again, so that nothing has to be typed again."""
    limits = count_request(request, [SEARCH_LIMIT])
    try:
        if limits.retry_after is not None:
            response = render(request, "website/busy.html", {"query": query, "too_many": True}, status=429)
        else:
            with search_gate.enter(SEARCH):
                found = queries.search_reviews(query, page)
            response = _home(request, found, page, query)
    except Busy:
        response = render(request, "website/busy.html", {"query": query}, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
    limits.add_headers(response)
    if response.status_code != 200:
        response._has_been_logged = True  # type: ignore[attr-defined] # a flood would fill the journal
    return response


def _home(request: HttpRequest, found: queries.ReviewsPage, page: int, query: str = "") -> HttpResponse:
    require_results(page, found.reviews, complete=found.complete)
    samples = [is_sample(review["publisher"]["site"]) for review in found.reviews]
    context = {
        "query": query,
        "page": page,
        "reviews": found.reviews,
        "relaxed": found.relaxed and found.reviews,
        "similar": found.similar,
        "suggestion": found.suggestion,
        "complete": found.complete,
        "next_page": page + 1 if found.more else None,
        "previous_page": page - 1 if page > 1 else None,
        "sample": "all" if found.reviews and all(samples) else "some" if any(samples) else "",
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/reviews/",
    }
    return render(request, "website/home.html", context)


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """Redirect temporarily from a shortened URL of a review or claim. We may add a list at this URL later."""
    return redirect("home")


@page_for_readers
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Show the current version of a review, the tombstone of a withdrawn review, or a 410 for an erased review."""
    row = queries.find_review(review_id)
    body = orjson.loads(row.body)
    if row.status == Status.ERASED:
        return _gone(request, row, body["revision"]["number"])
    return _page(request, row, body, number=body["revision"]["number"], current=True)


@page_for_readers
def revision(request: HttpRequest, review_id: UUID, number: int) -> HttpResponse:
    """Show a review as of one of its revisions, with a notice if the revision isn't current."""
    row = queries.find_review(review_id)
    entry, body = queries.find_revision(review_id, number)
    if body is None or entry.kind == LogEntry.Kind.ERASURE:
        return _gone(request, row, number)
    return _page(request, row, body, number=number, current=entry.sequence == row.sequence)


@page_for_readers
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Show a claim with its live reviews. A merged claim redirects to the claim that shows its reviews."""
    body = queries.find_claim(claim_id)
    if body is None:
        home = queries.home_of(claim_id)
        if home == claim_id:
            raise Http404
        return redirect("claim", home, permanent=True)
    context = {
        "claim": body,
        "title": body["text"],
        # A link preview without the verdicts would only spread a false claim.
        "description": "; ".join(
            f"{review['publisher']['name']}: {review['verdict']['label'] or '–'}" for review in body["reviews"]
        ),
        # As in the lists on other pages, the claim's text replaces a missing headline.
        "others": [{**review, "claim": body} for review in body["reviews"]],
        "sample": any(is_sample(review["publisher"]["site"]) for review in body["reviews"]),
        "license": body["license"],
        "json_url": body["url"],
        "canonical": f"{settings.SITE_URL}/claims/{claim_id}/",
    }
    return render(request, "website/claim_page.html", context)


def _page(request: HttpRequest, row: PublishedReview, body: queries.Body, number: int, current: bool) -> HttpResponse:
    withdrawn = body["revision"]["kind"] == "withdrawal"
    others = queries.other_reviews(row)
    api_url = f"{settings.SITE_URL}/api/v1/reviews/{row.pk}/"
    claim = body["claim"].get("text", "")
    context = {
        "review": body,
        "title": body["headline"] or claim,
        "description": body.get("summary") or claim,
        "review_id": row.pk,
        "number": number,
        "current": current,
        "status": row.status,
        "revisions": queries.list_revisions(row.pk),
        "others": others,
        "important_corrections": important_corrections(body.get("corrections", [])),
        "demands": queries.demands_about(row.pk),
        "public_captures": queries.public_captures(body),
        "translations": translations(body, others) if current else [],
        "original": find_original(body["translation_of"]) if current and body.get("translation_of") else None,
        "checks": checks_of(row.pk) if current and row.status == Status.LIVE and row.original_key is None else {},
        "pictures": shown_pictures([row.pk]) if "/pictures/" in (body.get("body") or "") else {},
        "sample": is_sample(body["publisher"]["site"]),
        "license": body["license"],
        "api_url": api_url,
        "json_url": api_url if current else f"{api_url}revisions/{number}/",
        "structured_data": structured_data(row) if current else "",
    }
    return render(request, "website/withdrawn.html" if withdrawn else "website/review.html", context)


def important_corrections(corrections: list[queries.Body]) -> list[queries.Body]:
    """Return the newest correction and the newest change of the verdict, newest first."""
    verdicts = [each for each in corrections if each["verdict_before"] not in (None, each["verdict_after"])]
    newest = {each["revision"]: each for each in (*corrections[-1:], *verdicts[-1:])}
    return list(newest.values())


def translations(body: queries.Body, others: list[queries.Body]) -> list[queries.Body]:
    """Return the review in all its languages, or nothing if there is only one or the review's language is unknown.

    A translation is a review of the same claim by the same newsroom in another language. Search engines require that
    each page also lists itself, and lists each language only once
    (developers.google.com/search/docs/specialty/international/localized-versions).
    """
    if body["language"] == "und":
        return []
    languages = {body["language"]: body}
    for other in others:
        if other["publisher"]["site"] == body["publisher"]["site"]:
            languages.setdefault(other["language"], other)
    languages.pop("und", None)
    return list(languages.values()) if len(languages) > 1 else []


# Characters that could end the script element or start markup are written as JSON escapes.
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def structured_data(row: PublishedReview) -> SafeString:
    """Return the ClaimReview for search engines. Only live reviews by this site's newsrooms have a ClaimReview.

    Search engines only accept ClaimReviews from the publisher's own site, which excludes imported reviews.
    """
    if row.status != Status.LIVE or row.original_key is not None:
        return mark_safe("")
    # The characters that could end the script element are escaped.
    return mark_safe(claim_review_document(row.body).decode().translate(_IN_SCRIPT))  # noqa: S308


def _gone(request: HttpRequest, row: PublishedReview, number: int) -> HttpResponse:
    """Render a 410 with the public notice. The review's own URL may show a redacted revision."""
    erased = row.status == Status.ERASED
    context = {
        "notice": notice_in(row.body) if erased else last_notice(row.pk),
        "redacted": not erased,
        "revisions": queries.list_revisions(row.pk),
        "review_id": row.pk,
        "number": number,
        "demands": queries.demands_about(row.pk),
    }
    return render(request, "website/gone.html", context, status=410)


def is_sample(site: str) -> bool:
    """Return whether the site is a demo newsroom's. Demo newsrooms use a reserved top-level domain (RFC 2606)."""
    return site.endswith(".example")
