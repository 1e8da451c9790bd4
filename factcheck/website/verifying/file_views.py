"""Pictures that live reviews show, and pages of public captures. Drafts' files are only served at the desk.

The pages of captures don't link to the original and load nothing from it, so it gets no visitors from here.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from factcheck.record.evidence.public_captures import PICTURE_TYPE
from factcheck.record.files.picture_files import FOR_READERS
from factcheck.record.files.public_files import public_file, read_public_file
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.models import PublicCapture, PublishedPicture
from factcheck.web.hostile_files import download
from factcheck.website import queries
from factcheck.website.responses import page_for_readers

# A picture opened as a page can't run anything, even if a browser would read the file as HTML.
SANDBOX = "default-src 'none'; sandbox"


@page_for_readers
def capture(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show the readable text and the details of a capture, with the reviews that cite it."""
    rows = _find(sha256)
    context = {"capture": rows[0], "reviews": queries.live_reviews([row.review_id for row in rows])}
    return render(request, "website/capture.html", context)


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
    rows = list(PublicCapture.objects.using("public").live().filter(sha256=sha256).order_by("pk"))
    if not rows:
        raise Http404
    return rows


@require_safe
def picture(request: HttpRequest, sha256: str, extension: str) -> HttpResponseBase:
    """Return the file of a picture. Raise Http404 if no live review shows the picture."""
    shown = PublishedPicture.objects.using("public").filter(sha256=sha256, width__isnull=False)
    media_type = shown.values_list("media_type", flat=True).first()
    if FOR_READERS.get(media_type or "") != extension:
        raise Http404
    return _shown(request, f"pictures/{sha256}.{extension}", media_type)


@require_safe
def capture_picture(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Return the picture of a capture as pages show it. The file itself is only a download."""
    return _shown(request, _find(sha256)[0].picture, PICTURE_TYPE)


def _shown(request: HttpRequest, name: str | None, media_type: str | None) -> HttpResponseBase:
    """Return a public picture. Browsers ask each time whether the picture is still public, because it can be erased."""
    if not name or (content := read_public_file(name)) is None:
        raise Http404
    response = HttpResponse(content, content_type=media_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["ETag"] = etag = f'"{sha256_hex(content)}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    return get_conditional_response(request, etag=etag, response=response) or response
