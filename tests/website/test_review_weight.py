"""The cost of a page of a review with ten sources for its readers and the database."""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.website.conftest import Page

MAX_BYTES = 30_000
MAX_REQUESTS = 3


@pytest.mark.parametrize("language", ["en", "vi"])
def test_page_with_ten_sources_is_light(review_with_ten_sources: str, language: str) -> None:
    response = Client().get(review_with_ten_sources, headers={"accept-language": language})
    page = Page(response.content.decode())
    assert page.source.count("<li id=") + page.elements["blockquote"] >= 11  # a claim and ten quotes
    loaded = [*_stylesheets(page), *page.values("script", "src"), *page.values("img", "src")]
    assert 1 + len(loaded) <= MAX_REQUESTS
    parts = [
        response.content,
        *(Path(str(finders.find(path.removeprefix("/static/")))).read_bytes() for path in loaded),
    ]
    assert sum(len(gzip.compress(part)) for part in parts) <= MAX_BYTES


def test_page_with_ten_sources_makes_one_query(review_with_ten_sources: str) -> None:
    with CaptureQueriesContext(connections["public"]) as queries:
        Client().get(review_with_ten_sources)
    assert len(queries) == 1


def test_page_tells_the_state_of_each_source(review_with_ten_sources: str) -> None:
    page = Page(Client().get(review_with_ten_sources).content.decode())
    for words in (
        "Copy kept here 4 October 2026",
        "Still available and unchanged (last checked",
        "No longer available (last checked",
        "Still available, but without the quoted words (last checked",
        "No copy: Trang này chặn sao chép.",
        "Translations: English (behind, because it translates revision 1)",
        "Toà soạn other.example agrees:",
    ):
        assert words in page.text


def _stylesheets(page: Page) -> list[str]:
    links = zip(page.values("link", "rel"), page.values("link", "href"), strict=True)
    return [href for rel, href in links if rel == "stylesheet"]


def test_page_of_the_claim_links_to_the_copy(review_with_ten_sources: str) -> None:
    claim = Client().get(f"/api/v1{review_with_ten_sources}").json()["claim"]
    page = Page(Client().get(f"/claims/{claim['id']}/").content.decode())
    sha256 = claim["appearances"][0]["capture"]["sha256"]
    assert "Copy kept here 4 October 2026" in page.text
    assert [href for href in page.values("a", "href") if href.endswith(f"/captures/{sha256}/")]
