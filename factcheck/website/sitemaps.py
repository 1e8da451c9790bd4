"""sitemap.xml for search engines (sitemaps.org, protocol 0.9): an index and sitemaps with up to 50,000 pages each.

A sitemap is named after its first entry and continues in the order of publication. New publications therefore only
change the last sitemap.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import etag, require_safe

from factcheck.record.models import LogEntry, PublishedDemand, PublishedReview

LIMIT = 50_000
PAGES = (
    "/",
    "/corrections/",
    "/demands/",
    "/tips/",
    "/about/",
    "/what-we-do-not-do/",
    "/privacy/",
    "/complain/",
    "/verify/",
)
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sections() -> dict[str, QuerySet[Any]]:
    """Return the rows that have their own pages, keyed by the first part of the pages' URLs."""
    return {
        "reviews": PublishedReview.objects.using("public").live(),
        "demands": PublishedDemand.objects.using("public").all(),
    }


def log_head_etag(request: HttpRequest, *args: object, **kwargs: object) -> str:
    """Return an ETag that changes with each publication. It is weak, because the content may be newer."""
    digest = LogEntry.objects.using("public").newest().values_list("digest", flat=True).first()
    return f'W/"{digest}"'


@require_safe
@etag(log_head_etag)
def index(request: HttpRequest) -> HttpResponse:
    addresses = ["/sitemaps/pages.xml"]
    for section, rows in sections().items():
        numbered = rows.annotate(row=Window(RowNumber(), order_by=[F("published_at").asc(), F("id").asc()]))
        first = numbered.annotate(place=F("row") % LIMIT).filter(place=1 % LIMIT).order_by("row")
        addresses += [f"/sitemaps/{section}/{pk}.xml" for pk in first.values_list("pk", flat=True)]
    return _xml("sitemapindex", (_element("sitemap", address) for address in addresses))


@require_safe
@etag(log_head_etag)
def pages(request: HttpRequest) -> HttpResponse:
    return _xml("urlset", (_element("url", address) for address in PAGES))


@require_safe
@etag(log_head_etag)
def sitemap(request: HttpRequest, section: str, first: UUID) -> HttpResponse:
    """Return up to LIMIT pages, starting with `first`, which may have been withdrawn since the index was read."""
    rows = sections()[section]
    start = rows.model.objects.using("public").filter(pk=first).values_list("published_at", flat=True).first()
    if start is None:
        raise Http404
    here_on = rows.filter(published_at__gte=start).exclude(Q(published_at=start, id__lt=first))
    found = here_on.order_by("published_at", "id").values_list("pk", "updated_at")[:LIMIT]
    return _xml("urlset", (_element("url", f"/{section}/{pk}/", at) for pk, at in found.iterator()))


def _element(name: str, address: str, at: datetime | None = None) -> str:
    changed = f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at else ""
    return f"<{name}><loc>{escape(settings.SITE_URL + address)}</loc>{changed}</{name}>\n"


def _xml(root: str, elements: Iterator[str]) -> HttpResponse:
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SCHEMA}">\n{"".join(elements)}</{root}>\n'
    response = HttpResponse(content, content_type="application/xml; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
