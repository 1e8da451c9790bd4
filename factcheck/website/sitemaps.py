"""The file sitemap.xml for search engines (sitemaps.org, protocol 0.9): an index, and sitemaps of 50,000 URLs.

A sitemap is named after its first entry. Reviews, claims and demands are in the order of publication, so new
publications only change the last sitemap. Each of them has one permanent URL. All other pages have a URL in each
language.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import quote
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import etag, require_safe

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.models import LogEntry, PublishedClaim, PublishedDemand, PublishedReference, PublishedReview
from factcheck.website import queries
from factcheck.website.documentation import list_guides
from factcheck.website.templatetags.page_languages import without_language

LIMIT = 50_000
LIMIT_NAMED = 20_000  # publishers, topics or claimants, which have several pages each
LANGUAGES = [code for code, _name in settings.LANGUAGES]
_SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


def sections() -> dict[str, QuerySet[Any]]:
    """Return the rows that have permanent URLs, keyed by the first part of these URLs."""
    return {
        "reviews": PublishedReview.objects.using("public").live(),
        "claims": PublishedClaim.objects.using("public").live(),
        "demands": PublishedDemand.objects.using("public").all(),
    }


def references() -> dict[str, QuerySet[PublishedReference]]:
    """Return the rows that have a page in each language, keyed by the name of the page's URL."""
    kinds = PublishedReference.Kind
    return {str(kind): queries.references(kind) for kind in (kinds.PUBLISHER, kinds.TOPIC, kinds.CLAIMANT)}


def log_head_etag(request: HttpRequest, *args: object, **kwargs: object) -> str:
    """Return an ETag that changes with each publication. The ETag is weak, because the content may be newer."""
    digest = LogEntry.objects.using("public").newest().values_list("digest", flat=True).first()
    return f'W/"{digest}"'


@require_safe
@etag(log_head_etag)
def index(request: HttpRequest) -> HttpResponse:
    addresses = ["/sitemaps/pages.xml"]
    for section, rows in sections().items():
        firsts = _firsts(rows, ["published_at", "id"], LIMIT)
        addresses += [f"/sitemaps/{section}/{pk}.xml" for pk in firsts.values_list("pk", flat=True)]
    for name, named in references().items():
        firsts = _firsts(named, ["key"], LIMIT_NAMED)
        addresses += [f"/sitemaps/{name}s/{quote(key)}.xml" for key in firsts.values_list("key", flat=True)]
    return _xml("sitemapindex", (_element("sitemap", address) for address in addresses))


def _firsts(rows: QuerySet[Any], order: list[str], limit: int) -> QuerySet[Any]:
    """Return the first row of each sitemap."""
    numbered = rows.annotate(row=Window(RowNumber(), order_by=[F(name).asc() for name in order]))
    firsts: QuerySet[Any] = numbered.annotate(place=F("row") % limit).filter(place=1 % limit)
    return firsts.order_by("row")


@require_safe
@etag(log_head_etag)
def pages(request: HttpRequest, names: list[str]) -> HttpResponse:
    """Return all pages that always exist: pages with a name and without parameters, and the guides."""
    found = [_page(name) for name in names]
    found += [_page("guide", *guide, languages=languages) for guide, languages in list_guides()]
    return _xml("urlset", chain.from_iterable(found))


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


@require_safe
@etag(log_head_etag)
def named_sitemap(request: HttpRequest, name: str, first: object) -> HttpResponse:
    """Return the pages of publishers, topics or claimants, starting with the key `first`."""
    keys = (
        references()[name].filter(key__gte=replace_forbidden(str(first))).order_by("key").values_list("key", flat=True)
    )
    return _xml("urlset", chain.from_iterable(_page(name, key) for key in keys[:LIMIT_NAMED]))


def _page(name: str, *arguments: str, languages: Sequence[str] = LANGUAGES) -> Iterator[str]:
    """Yield an element for each language of a page.

    If there are several languages, each element also lists all of them and the URL without a language.
    """
    path = without_language(reverse(name, args=arguments))
    addresses = {language: f"/{language}{path}" for language in languages}
    named = {**addresses, "x-default": path} if len(languages) > 1 else {}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(settings.SITE_URL + address)}/>'
        for code, address in named.items()
    )
    for address in addresses.values():
        yield _element("url", address, more=links)


def _element(name: str, address: str, at: datetime | None = None, more: str = "") -> str:
    changed = f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at else ""
    return f"<{name}><loc>{escape(settings.SITE_URL + address)}</loc>{changed}{more}</{name}>\n"


def _xml(root: str, elements: Iterable[str]) -> HttpResponse:
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_SCHEMA}>\n{"".join(elements)}</{root}>\n'
    response = HttpResponse(content, content_type="application/xml; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
