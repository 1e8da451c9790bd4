"""The headers of every response: the ETag, the licence, and the newest log entry."""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponsePermanentRedirect,
)
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from factcheck.database.rows import run_prepared
from factcheck.record.lists.pages import Run
from factcheck.record.log.models import NEWEST, newest_sequence
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.tools.budget import current

Links = Mapping[str, str | None]

# The limit for the header Link, in characters. A proxy refuses responses whose headers exceed its buffer, usually
# 4,096 bytes (nginx: proxy_buffer_size). The other headers need less than half of the buffer.
MAX_LINKS = 2000


def respond(
    content: bytes,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the content with its ETag."""
    response = HttpResponse(content, content_type=content_type, headers=headers)
    response.headers["ETag"] = etag_of(content)
    # Caches must revalidate each time, so that an erasure takes effect in every cache immediately.
    response.headers["Cache-Control"] = "no-cache"
    return response


def redirect(request: HttpRequest, address: str) -> HttpResponse:
    """Return a 308 to the resource's current URL (RFC 9110, section 15.4.9).

    Caches must revalidate the redirect, so that a split of claims takes effect in every cache immediately.
    """
    query = request.META.get("QUERY_STRING", "")
    target = f"{address}?{query}" if query else address
    return HttpResponsePermanentRedirect(target, preserve_request=True, headers={"Cache-Control": "no-cache"})


def respond_document(entry: LogEntry, row: RevisionDocument) -> HttpResponse:
    """Return the exact bytes of a document, with headers for verifying them against the log (docs/reference/log.md)."""
    headers = {
        "Factcheck-Salt": bytes(row.salt).hex(),
        "Factcheck-Sequence": str(entry.sequence),
        "Factcheck-Digest": entry.digest,
    }
    return respond(bytes(row.document), headers=headers)


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def matches_etag(request: HttpRequest, etag: str) -> bool:
    """Return whether `If-None-Match` contains the ETag."""
    known = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return known == ["*"] or etag in (tag.removeprefix("W/") for tag in known)


def revalidate(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a 304 instead of a 200 if the client already has the content (RFC 9110, section 13.1.2).

    The 304 has all headers of the 200, while Django's own 304 leaves out `Link` and the newest log entry.
    """
    if "HTTP_IF_NONE_MATCH" not in request.META or request.method not in ("GET", "HEAD"):
        return response
    if response.status_code != 200 or "ETag" not in response.headers:
        return response
    if not matches_etag(request, response.headers["ETag"]):
        return response
    return HttpResponseNotModified(headers=response.headers)


def cacheable_version(response: HttpResponseBase) -> tuple[int] | None:
    """Return the log's newest entry if the response can be remembered until the log has a newer one."""
    budget = current()
    if budget.head is None or budget.left_out or not budget.is_cacheable or response.status_code != 200:
        return None
    return (budget.head,)


def add_links(response: HttpResponseBase, links: Links) -> None:
    """Set the Link header (RFC 8288): the licence, and the next and previous pages.

    If the URLs are too long for a header, all page links are left out. The content also contains them. With only one of
    two links, clients would conclude that the other page doesn't exist.
    """
    targets = {"license": settings.LICENSE_URL, **links}
    written = [f'<{target}>; rel="{rel}"' for rel, target in targets.items() if target]
    header = ", ".join(written)
    response.headers["Link"] = header if len(header) <= MAX_LINKS else written[0]


def read_head() -> None:
    """Read the newest log entry's sequence for the request's budget, unless it has already been read."""
    budget = current()
    if not budget.has_head:
        budget.has_head = True  # no second attempt if the database is down
        budget.head = newest_sequence()


def fetch(sql: str, parameters: Sequence[Any] = (), run: Run = run_prepared) -> list[tuple[Any, ...]]:
    """Return the rows. If the log's head hasn't been read, read it in the same statement, as a column of the rows.

    Without rows, read the head and run the statement again. The result must not be older than the head.
    """
    if not current().has_head:
        if rows := run(f"SELECT ({NEWEST}), rows.* FROM ({sql}) AS rows", parameters):  # noqa: S608 (ours)
            set_head(rows[0][0])
            return [row[1:] for row in rows]
        read_head()
    return run(sql, parameters)


def set_head(sequence: int | None) -> None:
    """Set the newest entry's sequence, for a view that has read it together with its rows."""
    budget = current()
    budget.has_head, budget.head = True, sequence


def add_missing_headers(response: HttpResponseBase) -> None:
    """Add the headers that are still missing, no matter whether the view succeeded."""
    budget = current()
    if not budget.has_head:
        with contextlib.suppress(Error):  # the response may already report a database error
            read_head()
    if budget.head is not None:
        response.headers["Factcheck-Head"] = str(budget.head)
    if "Link" not in response.headers:
        add_links(response, {})
    if "Vary" in response.headers:
        patch_vary_headers(response, ["Accept"])
    else:
        response.headers["Vary"] = "Accept"
