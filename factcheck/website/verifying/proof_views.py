"""Files with which readers check a revision of a review, demand or claim against the log, even offline."""

from pathlib import Path

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.http import require_safe

from factcheck.record.audit.proof_files import find_document, make_proof, salted
from factcheck.website import queries

VERIFIER = Path(settings.BASE_DIR, "verifier/verifier.py")
TEXT = "text/plain; charset=utf-8"
NOT_SIGNED = "The log isn't signed up to this entry yet. Try again in a minute."
ERASED = "This document has been erased. The log keeps only its digest. Read the page of this revision."
RETRY_AFTER = 60  # in seconds. Every minute, the worker signs entries that aren't signed yet.


@require_safe
def proof(request: HttpRequest, section: str, subject: str, number: str) -> HttpResponse:
    """Return the proof of a revision. The proof of an erased revision doesn't contain the document."""
    content = make_proof(queries.find_entry(section, subject, number))
    if content is None:
        response = HttpResponse(NOT_SIGNED, content_type=TEXT, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    return _file(request, orjson.dumps(content, option=orjson.OPT_INDENT_2), "application/json", "proof.json")


@require_safe
def salted_document(request: HttpRequest, section: str, subject: str, number: str) -> HttpResponse:
    """Return the bytes whose SHA-256 is the digest, or a 410 for an erased revision."""
    row = find_document(queries.find_entry(section, subject, number))
    if row is None:
        return HttpResponse(ERASED, content_type=TEXT, status=410)
    return _file(request, salted(row), "application/octet-stream", f"{subject}-{number}.bin")


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """Return the program that checks proofs and the whole log. Readers can read it before they run it."""
    return _file(request, VERIFIER.read_bytes(), "text/x-python; charset=utf-8", VERIFIER.name)


def _file(request: HttpRequest, content: bytes, media_type: str, name: str) -> HttpResponse:
    """Return a download. Browsers ask each time whether it has changed, because a revision can be erased."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    set_response_etag(response)
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response
