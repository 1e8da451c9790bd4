"""Every type of public page, with a page of the demo for each. Checks of all page types start from this list."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import Resolver404, resolve, reverse
from django.utils.translation import override

from factcheck.record.evidence.public_captures import PublicCapture
from factcheck.record.models import PublishedDemand, PublishedReference, PublishedReview
from factcheck.website import urls

LANGUAGES = ("en", "vi")
SCHEMES = ("light", "dark")
WIDTHS = (390, 768, 1440)
# Answers that aren't pages.
OTHERS = {"search_as_you_type", "search_picture", "statistics_csv"}


@dataclass(frozen=True)
class PublicPage:
    """A page of one type. `path` has no language. A page with `has_languages` exists below `/en/` and `/vi/`."""

    name: str
    path: str
    has_languages: bool = True
    status: int = 200

    def paths(self) -> Iterator[tuple[str, str]]:
        """The languages and paths of the page. A page without languages follows the browser's."""
        for language in LANGUAGES:
            yield language, f"/{language}{self.path}" if self.has_languages else self.path


def demo_pages() -> list[PublicPage]:
    """A page of each type, in a database with the demo."""
    return [*_plain_pages(), *_published_pages(), *_reference_pages()]


def page_names() -> set[str]:
    """The names of all URLs of pages."""
    return {each.name for each in urls.pages if each.name} - OTHERS


def name_of(page: PublicPage) -> str:
    """The name of the page's URL, or "" if the page doesn't exist."""
    _language, path = next(page.paths())
    try:
        return resolve(path.partition("?")[0]).url_name or ""
    except Resolver404:
        return ""


def _plain_pages() -> Iterator[PublicPage]:
    """The pages whose URL has no parameters."""
    with override("en"):
        for pattern in urls.pages:
            if (name := pattern.name or "") in page_names() and "<" not in str(pattern.pattern):
                yield PublicPage(name, reverse(name).removeprefix("/en"))


def _published_pages() -> Iterator[PublicPage]:
    live = PublishedReview.objects.live()
    long = live.get(body__contains="/pictures/", language="vi")
    path = f"/reviews/{long.pk}/"
    for name, review in (
        ("translation", live.get(body__contains="The Suối Ngà dam did not burst")),
        ("imported review", live.filter(original_key__isnull=False).latest("sequence")),
        ("review with another verdict", live.get(body__contains="A cup of coffee still counts")),
    ):
        yield PublicPage(name, f"/reviews/{review.pk}/")
    yield PublicPage("review", path)
    yield PublicPage("revision", f"{path}revisions/1/")
    yield PublicPage("diff", f"{path}revisions/1..3/")
    yield PublicPage("report", f"{path}report/")
    yield PublicPage("embed", f"/embed{path}", has_languages=False)
    for status, code in (("withdrawn", 200), ("erased", 410)):
        yield PublicPage(status, f"/reviews/{PublishedReview.objects.get(status=status).pk}/", status=code)
    yield PublicPage("claim", f"/claims/{long.claim_id}/")
    yield PublicPage("mismatch", f"/claims/{long.claim_id}/mismatch/")
    yield PublicPage("search with a claim", "/search/?q=Goldfish forget everything after three seconds.")
    yield PublicPage("demand", f"/demands/{PublishedDemand.objects.earliest('sequence').pk}/")
    yield PublicPage("capture", f"/captures/{PublicCapture.objects.earliest('pk').sha256}/")
    yield PublicPage("claimant", f"/claimants/{_claimant()}/")
    yield PublicPage("publisher", "/publishers/kiemchung.demo.example/")
    yield PublicPage("methodology", "/publishers/kiemchung.demo.example/methodology/")
    yield PublicPage("rules", "/publishers/kiemchung.demo.example/rules/methodology/")
    yield PublicPage("topic", "/topics/health/")
    yield PublicPage("search with results", "/search/?q=coffee")
    yield PublicPage("search without results", "/search/?q=zeppelin")
    yield PublicPage("message", "/receipts/unknown/", status=404)
    yield PublicPage("guides", "/docs/adr/")
    yield PublicPage("guide", "/docs/tutorials/first-claim/")
    yield PublicPage("not found", "/nowhere/", has_languages=False, status=404)


def _claimant() -> str:
    """The id of a claimant who has a page: an organisation or a public figure."""
    claimants = PublishedReference.objects.filter(kind="claimant").order_by("pk")
    return next(row.key for row in claimants if json.loads(row.body)["type"] != "unnamed")


def _reference_pages() -> Iterator[PublicPage]:
    yield PublicPage("API reference", "/api/docs/")
    for slug in ("reviews", "schemas"):  # the other pages have the same template
        yield PublicPage(f"API reference: {slug}", f"/api/docs/{slug}/")
