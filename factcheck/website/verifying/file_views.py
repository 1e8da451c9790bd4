"""Pictures that live reviews show, and pages of public captures. Drafts' files are only served at the desk.

The pages of captures don't link to the original and load nothing from it, so it gets no visitors from here.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from factcheck.clean_room.refusal import NotDecoded
from factcheck.record.evidence.copy_views import copy_picture, view_copy
from factcheck.record.evidence.public_captures import PICTURE_TYPE
from factcheck.record.files.picture_files import FOR_READERS
from factcheck.record.files.public_files import public_file, read_public_file
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.formats.word_diff import shorten, word_diff
from factcheck.record.models import PublicCapture, PublishedPicture
from factcheck.record.statements.statement_changes import AROUND
from factcheck.web.hostile_files import SANDBOX, download
from factcheck.web.places import RETRY_AFTER, Busy, search_places
from factcheck.web.rate_limits import READING, count_request
from factcheck.web.response_cache import key_of, recall, remember
from factcheck.website import queries
from factcheck.website.responses import busy_page, page_for_readers, within_limits
from factcheck.website.reviews.diff_views import cut


@page_for_readers
def capture(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show a capture as the clean room reads it, its details, what has changed since then, and who cites it.

    The page has the limits of searches, because the decoding takes as long as a search. Its bytes are remembered.
    """
    rows = _find(sha256)
    row, key = rows[0], key_of(request, get_language())
    version = (*queries.page_version(row.review_id), row.newer_at, *(each.pk for each in rows))
    if found := recall(request, key, lambda: version):
        return found

    def respond() -> HttpResponse:
        reviews = queries.live_reviews([each.review_id for each in rows])
        sources = (each for review in reviews for each in review.sources)
        quotes = [each.quote for each in sources if each.quote and each.capture and each.capture.sha256 == sha256]
        with search_places.enter():
            changes = word_diff(row.text, row.newer_text) if row.newer_text else []
            view = None if row.picture else view_copy(_content(row), row.final_url or row.url, quotes)
        context = {"capture": row, "reviews": reviews, "view": view, "changes": cut(shorten(changes, AROUND))}
        response = render(request, "website/capture.html", context)
        remember(request, key, version, response)
        return response

    return within_limits(respond, busy_page(request, capture=row))


@require_safe
def copied_picture(request: HttpRequest, sha256: str, number: str) -> HttpResponse:
    """Return a picture that a capture contains, encoded again. It counts as a request of the API."""
    row, etag = _find(sha256)[0], f'"{sha256}-{number}"'
    if answer := get_conditional_response(request, etag=etag):
        return answer
    if count_request([READING]):
        return HttpResponse(status=429)
    try:
        with search_places.enter():
            return _picture(*copy_picture(_content(row), row.final_url or row.url, int(number)), etag)
    except (Busy, OSError):
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER)})
    except NotDecoded as problem:
        raise Http404 from problem


def _content(row: PublicCapture) -> Iterator[bytes]:
    with suppress(FileNotFoundError), public_file(row.file).open("rb") as file:  # the newsroom has just hidden the copy
        yield from iter(partial(file.read, 2**16), b"")


@require_safe
def capture_file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Return the file as a download, which browsers open in a sandbox."""
    row = _find(sha256)[0]
    try:
        file = public_file(row.file).open("rb")
    except FileNotFoundError as problem:  # the newsroom has just hidden the capture
        raise Http404 from problem
    return download(file, f"{row.sha256}.{row.file.partition('.')[2]}")


def _find(sha256: str) -> list[PublicCapture]:
    """Return the capture of each live review that cites it, the one with the newest text of the page first."""
    rows = PublicCapture.objects.using("public").live().filter(sha256=sha256)
    rows = rows.order_by(F("newer_at").desc(nulls_last=True), "pk")
    if not rows:
        raise Http404
    return list(rows)


@page_for_readers
def picture(request: HttpRequest, sha256: str, extension: str) -> HttpResponse:
    """Return the file of a picture. Raise Http404 if no live review shows the picture."""
    shown = PublishedPicture.objects.using("public").filter(sha256=sha256, width__isnull=False)
    media_type = shown.values_list("media_type", flat=True).first()
    if FOR_READERS.get(media_type or "") != extension:
        raise Http404
    return _shown(f"pictures/{sha256}.{extension}", media_type)


@page_for_readers
def capture_picture(request: HttpRequest, sha256: str) -> HttpResponse:
    """Return the picture of a capture as pages show it. The file itself is only a download."""
    return _shown(_find(sha256)[0].picture, PICTURE_TYPE)


def _shown(name: str | None, media_type: str | None) -> HttpResponse:
    """Return a public picture. Browsers ask each time whether the picture is still public, because it can be erased."""
    if not name or (content := read_public_file(name)) is None:
        raise Http404
    return _picture(content, media_type, f'"{sha256_hex(content)}"')


def _picture(content: bytes, media_type: str | None, etag: str) -> HttpResponse:
    headers = {"Cache-Control": "no-cache", "ETag": etag, "Content-Security-Policy": SANDBOX}
    return HttpResponse(content, content_type=media_type, headers=headers)
