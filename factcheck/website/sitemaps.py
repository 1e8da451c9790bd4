"""sitemap.xml for search engines (sitemaps.org, protocol 0.9), by Django's application for sitemaps.

Reviews, claims and demands have one permanent URL each. All other pages have a URL in each language.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import etag, require_safe

from factcheck.record.models import LogEntry, PublishedClaim, PublishedDemand, PublishedReference, PublishedReview
from factcheck.website import queries
from factcheck.website.documentation.guides import list_guides

Page = tuple[str, Sequence[str], list[str]]  # the name of the URL, its arguments, and the page's languages

_SCHEME, _HOST = urlsplit(settings.SITE_URL)[:2]
_LANGUAGES = [code for code, _name in settings.LANGUAGES]


class _OurSitemap(Sitemap[Any]):
    protocol = _SCHEME
    limit = 2_000  # URLs in a sitemap. Django takes 0.16 seconds for them.

    def get_domain(self, site: object = None) -> str:
        return _HOST

    def get_latest_lastmod(self) -> None:
        """Return nothing, because Django would read all rows."""


class Rows(_OurSitemap):
    """Reviews, claims or demands in the order of publication, so a new publication only changes the last sitemap.

    A withdrawal or erasure moves the later URLs forward by one.
    """

    def __init__(self, section: str, rows: QuerySet[Any]) -> None:
        self.section, self.rows = section, rows

    def items(self) -> QuerySet[Any]:
        return self.rows.order_by("published_at", "id").values_list("pk", "updated_at")

    def location(self, item: tuple[UUID, datetime]) -> str:
        return f"/{self.section}/{item[0]}/"

    def lastmod(self, item: tuple[UUID, datetime]) -> datetime:
        return item[1]


class Pages(_OurSitemap):
    """Pages in several languages. Each names all of them, and the URL without a language."""

    i18n = alternates = x_default = True

    def __init__(self, find: Callable[[], Iterable[Page]]) -> None:
        self.find = find

    def items(self) -> list[Page]:
        return list(self.find())

    def location(self, item: Page) -> str:
        return reverse(item[0], args=item[1])

    def get_languages_for_item(self, item: Page) -> list[str]:
        return item[2]


def sitemaps(names: Iterable[str]) -> dict[str, Sitemap[Any]]:
    """Return all sitemaps. `names` are the URLs of pages that always exist, without parameters."""

    def pages() -> list[Page]:
        return [(name, (), _LANGUAGES) for name in names] + [("guide", *guide) for guide in list_guides()]

    def references(kind: PublishedReference.Kind) -> Callable[[], Iterable[Page]]:
        keys = queries.references(kind).order_by("key").values_list("key", flat=True)
        return lambda: [(str(kind), [key], _LANGUAGES) for key in keys.all()]

    kinds = PublishedReference.Kind
    return {
        "pages": Pages(pages),
        "reviews": Rows("reviews", PublishedReview.objects.using("public").live()),
        "claims": Rows("claims", PublishedClaim.objects.using("public").live()),
        "demands": Rows("demands", PublishedDemand.objects.using("public").all()),
        **{f"{kind}s": Pages(references(kind)) for kind in (kinds.PUBLISHER, kinds.TOPIC, kinds.CLAIMANT)},
    }


def index(request: HttpRequest, **options: Any) -> HttpResponse:
    """List the sitemaps on the site's own host. Django's view would name the host of the request."""
    response: Any = views.index(request, **options)
    for each in response.context_data["sitemaps"]:
        each.location = urlsplit(each.location)._replace(netloc=_HOST).geturl()
    return response  # type: ignore[no-any-return]


def changes_with_log(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return require_safe(etag(_log_head)(view))


def _log_head(request: HttpRequest, *args: object, **kwargs: object) -> str:
    """Return an ETag that changes with each publication. It is weak, because the content may be newer."""
    digest = LogEntry.objects.using("public").newest().values_list("digest", flat=True).first()
    return f'W/"{digest}"'
