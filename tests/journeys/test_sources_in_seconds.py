"""Eight sources in a real browser, with the worker and pages of another site: clicks, keys and fields are counted."""

import gzip
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from factcheck.editorial.models import Review
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom
from tests.support.evidence import capture_worker
from tests.support.local_pages import LocalPages, local_pages

pytestmark = pytest.mark.prove

SOON = 30_000  # milliseconds
PAGE = """<!doctype html><html lang="vi"><head><title>{title} - Báo Sông Hương</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="Báo Sông Hương">
<meta property="article:published_time" content="2020-10-1{number}T08:00:00+07:00"></head>
<body><article><h1>{title}</h1><p>Nước lũ ở Huế năm ấy lên tới mái chùa, theo trạm đo của tỉnh.</p></article></body></html>"""


@dataclass
class Hand:
    """Somebody at the desk, whose actions are counted."""

    page: Page
    clicks: int = 0
    keys: int = 0
    fields: int = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def paste(self, text: str) -> None:
        self.fields += 1
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+V")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[LocalPages]:
    settings.MEDIA_ROOT = tmp_path
    with local_pages(monkeypatch) as pages:
        yield pages


def cards(page: Page) -> Locator:
    return page.locator("#sources-group .card:not(.empty-form, .removed)")


def test_eight_complete_sources_take_two_clicks(newsroom: Newsroom, site: LocalPages) -> None:
    claim = newsroom.make_claim()
    urls = [
        site.add(f"/{number}", PAGE.format(title=f"Nguồn {number}", number=number).encode(), Content_Type="text/html")
        for number in range(8)
    ]
    with capture_worker(), desk_of(newsroom.reporter, f"editorial/review/add/?claim={claim.pk}") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        hand, began = Hand(page), time.monotonic()
        hand.click(page.get_by_role("textbox", name="Paste one or more addresses"))
        hand.paste("\n".join(urls))
        expect(cards(page)).to_have_count(8)
        for key in "rrrscccc":
            hand.press(key)
        for number, card in enumerate(cards(page).all()):
            expect(card.locator(".capture")).to_have_text(re.compile("^Kept "), timeout=SOON)
            expect(card.get_by_role("textbox", name="Title")).to_have_value(f"Nguồn {number}")
        with page.expect_navigation():
            hand.click(page.get_by_role("button", name="Save and go on"))
        seconds = time.monotonic() - began
    sources = list(Review.objects.get(claim=claim).sources.select_related("capture"))
    assert [(source.url, source.title, source.publisher) for source in sources] == [
        (url, f"Nguồn {number}", "Báo Sông Hương") for number, url in enumerate(urls)
    ]
    assert [str(source.published_on) for source in sources] == [f"2020-10-1{number}" for number in range(8)]
    assert [source.stance[0] for source in sources] == list("rrrscccc")
    assert all(source.accessed_on and source.capture and source.capture.state == "done" for source in sources)
    print("\nEight complete sources   before   now")
    for name, before, now in (("clicks", 22, hand.clicks), ("fields", 40, hand.fields)):
        print(f"{name:24} {before:6} {now:5}")
    print(f"{hand.keys} key presses for the stances, on one screen. With all captures: {seconds:.1f} seconds")
    assert (hand.clicks, hand.fields) == (2, 1)


def send_200_mb(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(bytes(1_000_000))


def test_each_of_ten_cards_says_what_happened(newsroom: Newsroom, site: LocalPages) -> None:
    claim = newsroom.make_claim()
    site.names["dead.example.org"] = [[]]
    good = {
        site.add(
            f"/{number}", PAGE.format(title=f"Nguồn {number}", number=number).encode(), Content_Type="text/html"
        ): ("Kept ")
        for number in range(3)
    }
    bad = {
        "http://dead.example.org/": "The site wasn’t found.",
        site.add(
            "/inside", b"", 302, Location="http://127.0.0.1:8000/admin/"
        ): "The URL leads to a private network, or to another port than 80 and 443.",
        site.add("/large", send_200_mb): "The page is too large.",
        site.add("/bomb", gzip.compress(bytes(200_000_000)), Content_Encoding="gzip"): "The page is too large.",
        site.add("/gone", b"", 404): "The page doesn’t exist.",
        site.add("/refused", b"", 403): "The site refused the request.",
        "http://169.254.169.254/latest/meta-data/": "The URL leads to a private network, or to another port than 80 and 443.",
    }
    with capture_worker(), desk_of(newsroom.reporter, f"editorial/review/add/?claim={claim.pk}") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        hand = Hand(page)
        hand.click(page.get_by_role("textbox", name="Paste one or more addresses"))
        hand.paste("\n".join([*good, *bad]))
        expect(cards(page)).to_have_count(10)
        print()
        for url, card in zip([*good, *bad], cards(page).all(), strict=True):
            words = good.get(url) or f"Not copied. {bad[url]}"
            expect(card.locator(".capture")).to_contain_text(words, timeout=2 * SOON)
            print(f"{url:45} {card.locator('.capture').text_content()}")
    assert set(site.connections) == {"93.184.215.14"}
