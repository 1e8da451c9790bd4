"""Files that programs expect on every site: robots.txt (RFC 9309), sitemaps, and /.well-known/ (RFC 8615)."""

import json
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from factcheck.website.sitemaps import sitemap_folder

CATALOG = "/.well-known/api-catalog"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Allow programs to read everything published, but not the endless search results or the desk."""
    lines = (
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /v1alpha1/",
        "Disallow: /*?q=",
        "Disallow: /search/?",
        "Disallow: /*/search/?",
        "Disallow: /*/search/as-you-type/",
        "Disallow: /*/tips/?",
        "Disallow: /*/reviews/*/report/",
        "Disallow: /*?version=",
        "Disallow: /receipts/",
        "Disallow: /*/receipts/",
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    )
    return _text(lines)


@require_safe
def sitemap(request: HttpRequest, name: str = "index") -> HttpResponseBase:
    """Return a sitemap that the worker has written. Raise Http404 before the worker has written the first."""
    return serve(request, f"{name}.xml", document_root=str(sitemap_folder()))


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Return security.txt (RFC 9116), with the contact for vulnerability reports. Raise Http404 without a contact."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {_half_a_year_on(datetime.now(UTC)):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: vi, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    )
    return _text(lines)


def _half_a_year_on(now: datetime) -> datetime:
    """Return the first day of the month in half a year, so that the file rarely changes.

    RFC 9116 recommends less than a year.
    """
    month = now.month - 1 + 6
    return datetime(now.year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


@require_safe
def api_catalog(request: HttpRequest) -> HttpResponse:
    """Return the site's APIs and their descriptions (RFC 9727)."""
    site = settings.SITE_URL
    catalog = {
        "linkset": [
            {
                "anchor": f"{site}/api/v1/",
                "service-desc": [{"href": f"{site}/api/schema/", "type": "application/json"}],
                "service-doc": [{"href": f"{site}/api/docs/", "type": "text/html"}],
                "license": [{"href": settings.LICENSE_URL}],
            },
            {
                "anchor": f"{site}/v1alpha1/claims:search",
                "service-desc": [{"href": f"{site}/$discovery/rest?version=v1alpha1", "type": "application/json"}],
            },
        ]
    }
    response = HttpResponse(json.dumps(catalog, indent=2) + "\n")
    response.headers["Content-Type"] = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    response.headers["Link"] = f'<{site}{CATALOG}>; rel="api-catalog"'
    return response


def _text(lines: tuple[str, ...]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
