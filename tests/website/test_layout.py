"""How pages look to people, in a real browser: nothing stuck together, nothing lost on paper or in large type."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.chromium import chromium_browser
from tests.support.drafts import make_newsroom
from tests.support.serving import served
from tests.website.conftest import Published

pytestmark = pytest.mark.prove
# Text of twice its size, as people set it who need it: the sheet's 106.25 % doubled.
LARGE = "document.documentElement.style.setProperty('font-size', '212.5%')"
GAP = """([above, below]) => document.querySelector(below).getBoundingClientRect().top
    - document.querySelector(above).getBoundingClientRect().bottom"""


@pytest.fixture(scope="module")
def site(published: Published) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def two_paragraphs(published: Published) -> str:
    newsroom = make_newsroom("paragraphs.example")
    review = newsroom.publish_new(summary="Sai.\n\n" + "Video quay năm 2020. " * 20)
    return f"/reviews/{review.pk}/"


@pytest.fixture(scope="module")
def with_captures(published: Published) -> str:
    newsroom = make_newsroom("captures.example")
    review = newsroom.make_review(body="Xem [bản đồ](https://map.example/1).")
    review.sources.update(archive_url="https://archive.example/1")
    newsroom.publish_review(review)
    return f"/reviews/{review.pk}/"


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium_browser() as browser:
        yield browser.new_page(viewport={"width": 320, "height": 800})


def test_claim_stands_apart_from_the_masthead(site: str, published: Published, page: Page) -> None:
    page.goto(site + published.claim)
    assert page.evaluate(GAP, [".masthead", "h1"]) > 16


def test_notice_of_an_erasure_stands_apart_from_its_ground(site: str, published: Published, page: Page) -> None:
    page.goto(site + published.erased)
    assert page.evaluate(GAP, ["section blockquote", "section blockquote + p"]) > 8


def test_paragraphs_of_a_summary_follow_each_other(site: str, two_paragraphs: str, page: Page) -> None:
    page.goto(site + two_paragraphs)
    assert page.evaluate(GAP, [".standfirst p", ".standfirst p + p"]) < 16


@pytest.mark.parametrize("media", [{"media": "print"}, {"forced_colors": "active"}])
def test_place_on_the_scale_is_seen_without_backgrounds(site, published, page, media):
    page.emulate_media(**media)
    page.goto(site + published.english)
    filled = "[...document.querySelectorAll('.steps span')].map(step => step.clientHeight === 0)"
    assert page.evaluate(filled) == [True, False, False, False, False]


@pytest.mark.parametrize("name", ["corrected", "imported", "withdrawn", "erased", "claim"])
def test_large_type_fits_a_small_screen(site: str, published: Published, page: Page, name: str) -> None:
    page.goto(site + getattr(published, name))
    page.evaluate(LARGE)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("address", ["https://map.example/1", "https://archive.example/1", "https://source.example/1"])
def test_paper_has_the_addresses_that_the_review_leads_to(site, with_captures, page, address):
    page.emulate_media(media="print")
    page.goto(site + with_captures)
    link = page.locator(f".review a[href='{address}']").first
    assert address in link.evaluate(
        "link => getComputedStyle(link, '::after').content.replace('attr(href)', link.href)"
    )
