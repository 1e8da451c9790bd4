"""What every answer carries: entity tag, licence, the newest entry of the log."""

import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.models import QuerySet, Subquery
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.http import parse_etags

from factcheck.database.compiled_queries import compiled
from factcheck.record.models import LogEntry, RevisionDocument

Links = Mapping[str, str | None]

# Characters of the header Link. A proxy takes no answer whose headers are longer than a buffer of its own, as a rule
# 4,096 bytes (nginx: proxy_buffer_size); the others need less than half of it.
MAX_LINKS = 2000


def respond(
    request: HttpRequest,
    content: bytes,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The content with its ETag; 304 without content when the client has it already (RFC 9110, section 13.1.2)."""
    etag = etag_of(content)
    response: HttpResponse
    if has_already(request, etag):
        response = HttpResponseNotModified(headers=headers)
    else:
        response = HttpResponse(content, content_type=content_type, headers=headers)
    response.headers["ETag"] = etag
    # May be kept, must be asked for again each time: an erasure has to reach every cache at once.
    response.headers["Cache-Control"] = "no-cache"
    return response


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """308: what was asked for is to be found at another address from now on (RFC 9110, section 15.4.9).

    Asked for anew each time like everything else, so that a split reaches every cache at once.
    """
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=308)
    response.headers["Location"] = iri_to_uri(f"{address}?{query}" if query else address)
    response.headers["Cache-Control"] = "no-cache"
    return response


def respond_document(request: HttpRequest, entry: LogEntry, row: RevisionDocument) -> HttpResponse:
    """The exact bytes of a document, with what is needed to hold them against the log (docs/log.md)."""
    headers = {
        "Factcheck-Salt": bytes(row.salt).hex(),
        "Factcheck-Sequence": str(entry.sequence),
        "Factcheck-Digest": entry.digest,
    }
    return respond(request, bytes(row.document), headers=headers)


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def has_already(request: HttpRequest, etag: str) -> bool:
    """Whether `If-None-Match` names it."""
    known = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return known == ["*"] or etag in (tag.removeprefix("W/") for tag in known)


def add_links(response: HttpResponseBase, links: Links) -> None:
    """Link headers (RFC 8288): the licence of what is published, and the pages around this one.

    Addresses that are too long for a header stand in the content alone: all of them, since one of two would say that
    there is no other.
    """
    targets = {"license": settings.LICENSE_URL, **links}
    written = [f'<{target}>; rel="{rel}"' for rel, target in targets.items() if target]
    header = ", ".join(written)
    response.headers["Link"] = header if len(header) <= MAX_LINKS else written[0]


def remember_head(request: HttpRequest) -> None:
    """Asks once a request for the sequence of the newest log entry (None when nothing has been published)."""
    request.log_head = None  # type: ignore[attr-defined]  # not asked for again when the database is away
    head_is(request, newest_sequence())


def newest_sequence() -> int | None:
    """That of the newest log entry; None when nothing has been published."""
    for (sequence,) in compiled("log head", _sequences, planned_once=True).run():
        return int(sequence)
    return None


def _sequences() -> QuerySet[LogEntry, Any]:
    return LogEntry.objects.using("public").newest().values_list("sequence")


def head_is(request: HttpRequest, sequence: int | None) -> None:
    """For a view whose rows came with the newest entry's sequence."""
    request.log_head = sequence  # type: ignore[attr-defined]


def finish(request: HttpRequest, response: HttpResponseBase) -> None:
    """What is missing on a response that a view made, whichever way it ended."""
    if not hasattr(request, "log_head"):
        with contextlib.suppress(Error):  # the error that this response tells of, if any, matters more
            remember_head(request)
    head: int | None = getattr(request, "log_head", None)
    if head is not None:
        response.headers["Factcheck-Head"] = str(head)
    if "Link" not in response.headers:
        add_links(response, {})
    patch_vary_headers(response, ["Accept"])


def log_head() -> Subquery:
    """The sequence of the newest log entry, read by the very statement that reads the rows."""
    return Subquery(LogEntry.objects.using("public").newest().values("sequence"))
