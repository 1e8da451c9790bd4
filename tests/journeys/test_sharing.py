"""A review is passed on in a real browser: copied texts, a frame on a page of another host, and the card's picture.

The review is then corrected, withdrawn and erased, and whatever was passed on follows.
"""

import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from factcheck.editorial.models import Review
from tests.support.chromium import chromium_browser
from tests.support.drafts import Newsroom, make_scale
from tests.support.serving import running, served

pytestmark = pytest.mark.prove

T = TypeVar("T")
PUBLISHED = "http://127.0.0.1:8000"  # the site's URL in published bodies
WORDS = "nuoc-lu-o-hue-da-len-toi-mai-chua-sai"
# The article of this test has no landmarks and no language.
OF_THE_OTHER_SITE = {"html-has-lang", "landmark-one-main", "region"}
RED, GREEN, GREY = (0x9A, 0x2A, 0x1F), (0x24, 0x62, 0x3A), (0x4B, 0x47, 0x40)


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with chromium_browser() as browser:
        yield browser.new_context(locale="en", permissions=["clipboard-read", "clipboard-write"])


class Elsewhere(ThreadingHTTPServer):
    """Somebody else's site, on another host, with the code that the review's page offered."""

    daemon_threads = True
    code = ""


class Article(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = f"<!doctype html><title>Another site</title><h1>An article</h1>{self.server.code}".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args: object) -> None:
        pass


def at_the_desk(do: Callable[[], T]) -> T:
    """Run in a thread, because Playwright's event loop runs in this one."""

    def work() -> T:
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def published(newsroom: Newsroom) -> Review:
    review: Review = newsroom.publish_new()
    return review


def color_of(content: bytes) -> tuple[int, ...]:
    """The colour behind the verdict."""
    pixel = Image.open(io.BytesIO(content)).convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return pixel


def test_what_was_passed_on_follows_the_review(newsroom: Newsroom, context: BrowserContext) -> None:
    review = at_the_desk(lambda: published(newsroom))
    elsewhere = Elsewhere(("127.0.0.1", 0), Article)
    with served() as site, running(elsewhere) as other:
        page = context.new_page()
        page.goto(f"{site}/en/reviews/{review.pk}/")
        for summary in ("Share", "Cite this review", "Show this review on your site"):
            page.get_by_role("heading", name=summary, exact=True).click()
        copied = {}
        for button in ("Copy the link", "Copy the text", "Copy the citation", "Copy the code"):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text("Copied.")).to_be_visible()
            copied[button] = page.evaluate("navigator.clipboard.readText()")
        assert copied["Copy the link"] == f"{PUBLISHED}/reviews/{review.pk}/{WORDS}/"
        assert copied["Copy the text"].startswith("Verdict: False. The claim: “Nước lũ ở Huế đã lên tới mái chùa.”")
        assert "revision 1, SHA-256 " in copied["Copy the citation"]
        picture = page.locator("meta[property='og:image']").get_attribute("content")
        assert picture
        card = context.request.get(picture.replace(PUBLISHED, site))
        assert color_of(card.body()) == RED
        codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(card.body())).convert("RGB"))
        assert [code.text for code in codes] == [f"{PUBLISHED}/reviews/{review.pk}/"]

        elsewhere.code = copied["Copy the code"].replace(PUBLISHED, site)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(other.replace("127.0.0.1", "localhost"))
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", level=1)).to_contain_text("Sai (False)")
        expect(frame.get_by_text("Nước lũ ở Huế đã lên tới mái chùa.")).to_be_visible()
        assert [url.removeprefix(site) for url in requests if url.startswith(site)] == [
            f"/embed/reviews/{review.pk}/?lang=en",
            "/static/website/embed.css",
        ]
        for width in (320, 390, 600, 1440):
            page.set_viewport_size({"width": width, "height": 700})
            lower, height = (
                page.locator("iframe").evaluate("frame => frame.clientHeight"),
                frame.locator("main").evaluate("main => Math.ceil(main.getBoundingClientRect().bottom)"),
            )
            assert height <= lower, width
        with context.expect_page() as opened:
            frame.get_by_role("link", name="Read the review and its sources").click()
        assert opened.value.url.startswith("chrome-error") or str(review.pk) in opened.value.url

        assert [
            fault["id"] for fault in Axe().run(page).response["violations"] if fault["id"] not in OF_THE_OTHER_SITE
        ] == []

        at_the_desk(lambda: newsroom.correct_review(review, verdict=make_scale().verdicts.get(slug="true")))
        page.reload()
        expect(frame.get_by_role("heading", level=1)).to_contain_text("Đúng (True)")
        expect(frame.get_by_text("Corrected on")).to_be_visible()
        assert color_of(context.request.get(picture.replace(PUBLISHED, site)).body()) == GREEN

        at_the_desk(lambda: newsroom.withdraw_review(review))
        page.reload()
        expect(frame.get_by_role("heading", level=1)).to_have_text("This review has been withdrawn")
        assert color_of(context.request.get(picture.replace(PUBLISHED, site)).body()) == GREY

        at_the_desk(lambda: newsroom.erase_review(review, notice="Theo quyết định của tòa án."))
        page.reload()
        expect(frame.get_by_role("heading", level=1)).to_have_text("This text has been erased")
        assert context.request.get(picture.replace(PUBLISHED, site)).status == 410


def test_everything_can_be_copied_without_a_script(newsroom: Newsroom, context: BrowserContext) -> None:
    review = at_the_desk(lambda: published(newsroom))
    browser = context.browser
    assert browser
    with served() as site:
        page = browser.new_context(locale="vi", java_script_enabled=False).new_page()
        page.goto(f"{site}/vi/reviews/{review.pk}/")
        assert page.get_by_role("button", name="Sao chép").count() == 0
        expect(page.get_by_label("Liên kết", exact=True)).to_have_value(f"{PUBLISHED}/reviews/{review.pk}/{WORDS}/")
        expect(page.get_by_label("Mã nhúng")).to_have_value(
            re.compile(
                f'^<iframe src="{PUBLISHED}/embed/reviews/{review.pk}/[?]lang=vi" title="Bài kiểm chứng của Toà soạn '
            )
        )
