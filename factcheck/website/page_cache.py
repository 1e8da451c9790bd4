"""A cache of rendered pages in the process. A page is only used while everything that it shows is unchanged.

The log contains nearly everything that a page of a review shows. Checks of sources and public captures are outside the
log, so the version of a page includes their newest rows. Pages also expire after a minute, because `rebuild_record` can
change bodies without a log entry.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.cache.backends.locmem import LocMemCache
from django.db.models import Count, Max, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from factcheck.record.models import LogEntry, PublicCapture
from factcheck.record.source_checks import SourceCheck

MAX_SIZE = 100_000  # bytes. A page with ten sources has about 30,000 bytes.
pages = LocMemCache("pages", {"TIMEOUT": 60, "OPTIONS": {"MAX_ENTRIES": 256}})


def cached_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer with the cached page if it has the current version. This takes one query."""

    @wraps(view)
    def answer(request: HttpRequest, review_id: UUID, **values: Any) -> HttpResponse:
        version = _version(review_id)
        key = sha256(f"{get_language()} {request.get_full_path()}".encode()).hexdigest()
        cached = pages.get(key)
        if cached and cached[0] == version:
            return HttpResponse(cached[1])
        response = view(request, review_id, **values)
        if response.status_code == 200 and len(response.content) <= MAX_SIZE:
            pages.set(key, (version, response.content))
        return response

    return answer


def _version(review_id: UUID) -> tuple[Any, ...] | None:
    """Return the newest entry of the log, the newest check of the review's sources, and its public captures."""
    checks = SourceCheck.objects.filter(review_id=review_id)
    captures = PublicCapture.objects.filter(review_id=review_id)
    newest = LogEntry.objects.using("public").newest()
    return newest.values_list(
        "sequence",
        Subquery(_total(checks, Max("checked_at"))),
        Subquery(_total(captures, Max("pk"))),
        Subquery(_total(captures, Count("pk"))),
    ).first()


def _total(rows: QuerySet[Any], value: Max | Count) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = rows.order_by().values("review_id").annotate(total=value).values("total")
    return found
