"""The first screen of a phone, in a real browser: the verdict is there, and nothing jumps or overflows."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from factcheck.record.models import PublishedReview
from tests.support.chromium import chromium_browser
from tests.support.serving import served

pytestmark = pytest.mark.prove
PHONE = {"width": 390, "height": 844}
MAX_VERDICT_EDGE = 420
WATCH_SHIFTS = """new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifted += entry.value })
    .observe({type: "layout-shift", buffered: true}); window.shifted = 0"""
MEASURE = """() => {
    const verdict = document.querySelector(".verdict-large"), claim = document.querySelector(".claim");
    const size = element => parseFloat(getComputedStyle(element).fontSize);
    return {edge: verdict.getBoundingClientRect().bottom, verdict: size(verdict), claim: claim ? size(claim) : 0,
        links: Math.max(...[...document.querySelectorAll(".navigation a")].map(a => a.getBoundingClientRect().right)),
        width: document.documentElement.scrollWidth, shifted: window.shifted};
}"""


@pytest.fixture(scope="module")
def demo(module_database: str) -> Iterator[list[str]]:
    """The URLs of all demo reviews that aren't erased."""
    call_command("load_demo", verbosity=0)
    reviews = list(
        PublishedReview.objects.exclude(status="erased").order_by("status", "pk").values_list("pk", flat=True)
    )
    with served() as address:
        yield [f"{address}/reviews/{review}/" for review in reviews]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_browser() as browser:
        yield browser


@pytest.mark.parametrize("language", ["en", "vi"])
def test_verdict_is_on_the_first_screen_of_every_demo_review(demo: list[str], browser: Browser, language: str) -> None:
    page = browser.new_context(viewport=PHONE, locale=language).new_page()
    page.add_init_script(WATCH_SHIFTS)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    assert len(demo) >= 20
    edges = {}
    for review in demo:
        requests.clear()
        page.goto(review)
        found = page.evaluate(MEASURE)
        edges[review] = found["edge"]
        assert found["claim"] <= found["verdict"], review
        assert found["links"] <= PHONE["width"], review
        assert (found["width"], found["shifted"]) == (PHONE["width"], 0), review
        own_files = [url for url in requests if not url.endswith("icon.svg")]  # only the browser's window asks for it
        assert len(own_files) <= 3 or "/pictures/" in page.content(), review
    assert max(edges.values()) <= MAX_VERDICT_EDGE, max(edges, key=lambda review: edges[review])
    page.context.close()


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_verdict_comes_before_the_headline_and_the_claim(demo: list[str], browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for review in demo[:3]:
        page.goto(review)
        tops = "names => names.map(name => document.querySelector(name).getBoundingClientRect().top)"
        verdict, headline, claim = page.evaluate(tops, [".verdict-large", "h1", "#claim"])
        assert verdict < headline < claim
        assert verdict < PHONE["height"] / 2
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


RESULTS = (
    "/search/?q=library",
    "/search/?q=goldf",
    "/search/?q=Goldfish forget everything after three seconds.",
    "/search/?q=Giá xăng ở chợ Hải Lĩnh tăng gấp đôi trong một tuần.",
    "/search/?q=Robots will replace the teachers of Port Ellery",
)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_first_result_of_a_search_is_on_the_first_screen(demo: list[str], browser: Browser, language: str) -> None:
    page = browser.new_context(viewport=PHONE, locale=language).new_page()
    site = demo[0].partition("/reviews/")[0]
    edges = {}
    for path in RESULTS:
        page.goto(f"{site}/{language}{path}")
        edges[path] = page.locator("main ol.reviews h3").first.evaluate(
            "element => element.getBoundingClientRect().bottom"
        )
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert max(edges.values()) <= PHONE["height"], edges
    page.goto(f"{site}/{language}/search/")
    page.locator("#q").fill("Nghe nói giá gạo ở chợ Hải Lĩnh tăng gấp đôi. " * 20)
    assert 200 < page.locator("#q").bounding_box()["height"] <= 0.6 * PHONE["height"] + 2, (
        "the box grows for a whole post"
    )
    page.context.close()
