"""Tags for the languages of a page: links to the same page in other languages, for readers and search engines."""

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_from_path

register = template.Library()


def without_language(url: str) -> str:
    """Return the path without the language at its beginning."""
    language = get_language_from_path(url)
    return url.removeprefix(f"/{language}") if language else url


@register.inclusion_tag("website/languages.html", takes_context=True)
def language_links(context: Context) -> dict[str, list[dict[str, str | bool]]]:
    """Link to the same page in each language, with the page's parameters. A page for a server error has no request."""
    request: HttpRequest | None = context.get("request")
    url = without_language(escape_uri_path(request.path)) if request else "/"
    if request and request.GET:
        url += f"?{request.GET.urlencode()}"
    current = get_language()
    return {
        "languages": [
            {"code": code, "name": name, "url": f"/{code}{url}", "current": code == current}
            for code, name in settings.LANGUAGES
        ]
    }


@register.inclusion_tag("website/alternates.html", takes_context=True)
def alternates(context: Context, translated: bool = True) -> dict[str, str | dict[str, str]]:
    """Tell search engines the page's languages. The canonical URL of an untranslated page is its English page."""
    path = without_language(context["request"].path)
    codes = [code for code, _name in settings.LANGUAGES] if translated else []
    language = get_language() if translated else "en"
    return {
        "canonical": f"{settings.SITE_URL}/{language}{path}",
        "alternates": {code: f"{settings.SITE_URL}/{code}{path}" for code in codes},
        "default": f"{settings.SITE_URL}{path}",
    }


@register.simple_tag(takes_context=True)
def page_url(context: Context) -> str:
    """Return the page's absolute URL, without parameters."""
    return f"{settings.SITE_URL}{context['request'].path}"


@register.simple_tag(takes_context=True)
def navigation_link(context: Context, name: str, label: str) -> SafeString:
    """Link to the page with this URL name. The link to the page itself is marked."""
    request: HttpRequest | None = context.get("request")
    url = reverse(name)
    current = SafeString(' aria-current="page"') if request is not None and request.path == url else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', url, current, label)
