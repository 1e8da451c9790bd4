"""The page that explains how to check a review and the log, and the files for checking, even offline."""

from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.audit.key_rotation import current_key
from factcheck.record.audit.proof_files import find_document, make_proof, salted
from factcheck.record.log.witnesses import newest_cosignatures
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.statements.demand import Outcome
from factcheck.website import queries
from factcheck.website.responses import page_for_readers

VERIFIER = Path(settings.BASE_DIR, "verifier/verifier.py")
TEXT = "text/plain; charset=utf-8"
NOT_SIGNED = "The log isn't signed up to this entry yet. Try again in a minute."
ERASED = "This document has been erased. The log keeps only its digest. Read the page of this revision."
RETRY_AFTER = 60  # in seconds. Every minute, the worker signs entries that aren't signed yet.


@page_for_readers
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page with commands for ?review=&revision= or ?demand=&revision=, or for the newest review."""
    chosen = next((name for name in ("review", "demand") if name in request.GET), None)
    entry = _chosen_entry(request, chosen) if chosen else _newest_entry()
    context: dict[str, object] = {
        "chosen": chosen,
        "outcomes": Outcome.values(),
        "key": current_key("public"),
        "witnesses": newest_cosignatures(),
        "site_url": settings.SITE_URL,
    }
    if entry and entry.is_of_demand:
        context |= {"entry": entry, "demand": queries.find_demand(entry.subject)}
    elif entry:
        row = queries.find_review(entry.subject)
        queries.add_wordings([row.published])
        context |= {"entry": entry, "review": row.published}
    return render(request, "website/verify.html", context)


def _chosen_entry(request: HttpRequest, name: str) -> LogEntry:
    """Return the entry that the parameters name. Raise Http404 if there is no such entry."""
    number = request.GET.get("revision", "1")
    try:
        subject = UUID(request.GET[name])
    except ValueError:
        raise Http404 from None
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404
    return queries.find_entry(f"{name}s", subject, number)


def _newest_entry() -> LogEntry | None:
    newest = PublishedReview.objects.using("public").live().order_by("-published_at", "-id").first()
    return queries.list_revisions(newest.pk).filter(sequence=newest.sequence).first() if newest else None


@page_for_readers
def proof(request: HttpRequest, section: str, subject: str, number: str) -> HttpResponse:
    """Return the proof of a revision. The proof of an erased revision doesn't contain the document."""
    content = make_proof(queries.find_entry(section, subject, number))
    if content is None:
        return HttpResponse(NOT_SIGNED, content_type=TEXT, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return _file(orjson.dumps(content, option=orjson.OPT_INDENT_2), "application/json", "proof.json")


@page_for_readers
def salted_document(request: HttpRequest, section: str, subject: str, number: str) -> HttpResponse:
    """Return the bytes whose SHA-256 is the digest, or a 410 for an erased revision."""
    row = find_document(queries.find_entry(section, subject, number))
    if row is None:
        return HttpResponse(ERASED, content_type=TEXT, status=410)
    return _file(salted(row), "application/octet-stream", f"{subject}-{number}.bin")


@page_for_readers
def verifier(request: HttpRequest) -> HttpResponse:
    """Return the program that checks proofs and the whole log. Readers can read it before they run it."""
    return _file(VERIFIER.read_bytes(), "text/x-python; charset=utf-8", VERIFIER.name)


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media_type, headers=headers)
