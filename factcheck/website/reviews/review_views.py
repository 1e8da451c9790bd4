"""Pages of reviews, their revisions and their claims."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import set_response_etag
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from factcheck.record.models import LogEntry, PublishedReview, Status
from factcheck.record.readmodel.answers import verdict_words
from factcheck.record.readmodel.bodies import Erasure, Kept, Review
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.claimreview import claim_review_document
from factcheck.record.readmodel.picture_rows import shown_pictures
from factcheck.record.readmodel.revisions import last_notice, notice_in
from factcheck.record.readmodel.translated_reviews import find_original, judgements, share_wordings
from factcheck.web.response_cache import key_of, recall, remember
from factcheck.website import queries
from factcheck.website.responses import is_sample, page_for_readers, sample_of
from factcheck.website.reviews import review_words
from factcheck.website.reviews.review_page import ReviewPage, read_page


def remembered_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Render a review's page once for each version and language. A cached page takes one query."""

    @wraps(view)
    def respond(request: HttpRequest, review_id: UUID, **values: Any) -> HttpResponse:
        key = key_of(request, get_language())
        if found := recall(request, key, lambda: queries.page_version(review_id)):
            return found
        page = read_page(review_id)
        response = view(request, page, **values)
        if response.status_code == 200:
            set_response_etag(response)
            remember(request, key, page.version, response)
        return response

    return respond


@page_for_readers
@remembered_page
def review(request: HttpRequest, page: ReviewPage, words: str = "") -> HttpResponse:
    """Show the current version of a review, the tombstone of a withdrawn review, or a 410 for an erased review.

    The URL can end with words. Outdated words lead to the current ones, which disappear with the review's text.
    """
    found = page.row.published
    if words and words != (current := review_words.words_in_url(found)):
        return redirect(request.path.removesuffix(f"{words}/") + (f"{current}/" if current else ""))
    if isinstance(found, Erasure):
        return _gone(request, page, found.revision.number)
    return _page(request, page, found, number=found.revision.number, current=True)


@page_for_readers
@remembered_page
def revision(request: HttpRequest, page: ReviewPage, number: int) -> HttpResponse:
    """Show a review as of one of its revisions, with a notice if the revision isn't current."""
    entry, body = queries.find_revision(page.row.pk, number)
    if body is None or isinstance(body, Erasure):
        return _gone(request, page, number)
    return _page(request, page, body, number=number, current=entry.sequence == page.row.sequence)


@page_for_readers
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Show a claim with its live reviews. Redirect from a merged claim to the claim that shows its reviews."""
    body = queries.find_claim(claim_id)
    if body is None:
        home = MergeGroup.of([claim_id], using="public").root(claim_id)
        if home == claim_id:
            raise Http404
        # The new URL also begins with the language of the interface, if this URL does.
        return redirect(request.path.replace(str(claim_id), str(home)), permanent=True)
    language = get_language() or ""
    body.live_reviews = judgements(body.live_reviews)
    context = {
        "claim": body,
        "title": review_words.claim_title(body),
        "description": "; ".join(
            f"{each.publisher.name}: {verdict_words(each, language)}" for each in body.live_reviews
        ),
        "public_captures": queries.public_captures(body),
        "sample": sample_of(body.live_reviews),
        "license": body.license,
        "json_url": body.url,
        "canonical": f"{settings.SITE_URL}/claims/{claim_id}/",
    }
    return render(request, "website/claim_page.html", context)


def _page(request: HttpRequest, page: ReviewPage, body: Kept, number: int, current: bool) -> HttpResponse:
    row, others, revisions = page.row, page.others, page.revisions
    live = body if isinstance(body, Review) else None
    translated, remaining = review_words.split_translations(body, others, revisions)
    if current and live:
        share_wordings([live, *others])
    api_url = f"{settings.SITE_URL}/api/v1/reviews/{row.pk}/"
    disowned = next((each.disowned for each in revisions if each.number == number), None)  # type: ignore[attr-defined]
    context = {
        "review": body,
        "title": review_words.title_of(body, current=current, status=row.status),
        "description": review_words.description_of(body),
        "review_id": row.pk,
        "number": number,
        "current": current,
        "status": row.status,
        "verdict_changed": live is not None
        and not current
        and any(each.revision > number for each in review_words.verdict_changes(row.published.corrections)),
        "revisions": revisions,
        "previous_texts": queries.comparable(revisions),
        "corrections": {each.revision: each for each in body.corrections},
        "important_corrections": review_words.important_corrections(body.corrections),
        "others": judgements(remaining),
        "same_topic": page.same_topic if current else [],
        "translated": translated,
        "demands": page.demands,
        "public_captures": page.captures,
        "translations": translations(body, others) if current else [],
        "original": find_original(live.translation_of) if current and live and live.translation_of else None,
        "checks": page.checks if current and live and not live.original_url else {},
        "pictures": shown_pictures([row.pk]) if live and "/pictures/" in (live.body or "") else {},
        "sample": is_sample(body.publisher.site),
        "license": body.license,
        "api_url": api_url,
        "json_url": api_url if current else f"{api_url}revisions/{number}/",
        "structured_data": structured_data(row) if current and not disowned else "",
        "disowned": disowned,
    }
    return render(request, "website/review.html" if live else "website/withdrawn.html", context)


def translations(body: Kept, others: Sequence[Review]) -> list[Kept]:
    """Return the review in all its languages, or nothing if there is only one or the review's language is unknown.

    A translation is a review of the same claim by the same newsroom in another language. Search engines require that
    each page also lists itself, and lists each language only once
    (developers.google.com/search/docs/specialty/international/localized-versions).
    """
    if body.language == "und":
        return []
    languages: dict[str, Kept] = {body.language: body}
    for other in others:
        if other.publisher.site == body.publisher.site:
            languages.setdefault(other.language, other)
    languages.pop("und", None)
    return list(languages.values()) if len(languages) > 1 else []


_IN_MARKUP = re.compile("[<>&\u2028\u2029]")  # characters that could end the script element or start markup


def structured_data(row: PublishedReview) -> SafeString:
    """Return the ClaimReview for search engines, or an empty string.

    Search engines accept a ClaimReview only from the publisher's own site. So only live reviews by this site's
    newsrooms have one, and imported reviews don't.
    """
    if not isinstance(row.published, Review) or row.published.original_url:
        return mark_safe("")
    document = claim_review_document(row.body).decode()
    # The characters that could end the script element are escaped. `str.translate` would take a millisecond.
    return mark_safe(_IN_MARKUP.sub(lambda found: f"\\u{ord(found[0]):04x}", document))  # noqa: S308


def _gone(request: HttpRequest, page: ReviewPage, number: int) -> HttpResponse:
    """Render a 410 with the public notice.

    The review's own URL may show a redacted revision.
    """
    row, revisions = page.row, page.revisions
    erased = row.status == Status.ERASED
    context = {
        "notice": notice_in(row.body) if erased else last_notice(row.pk),
        "redacted": not erased,
        "revisions": revisions,
        "previous_texts": queries.comparable(revisions),
        # None if the erasure came after the list of revisions was read.
        "erased_at": next((entry.at for entry in revisions if entry.kind == LogEntry.Kind.ERASURE), None),
        "review_id": row.pk,
        "number": number,
        "demands": page.demands,
    }
    return render(request, "website/gone.html", context, status=410)
