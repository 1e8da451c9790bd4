"""Pages of public captures.

They don't link to the original and load nothing from it, so it gets no visitors from here.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from factcheck.record.files.public_files import public_file
from factcheck.record.models import PublicCapture
from factcheck.web.hostile_files import download
from factcheck.website import queries
from factcheck.website.responses import page_for_readers


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
