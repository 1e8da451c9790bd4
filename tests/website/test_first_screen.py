"""The first screen of a phone, in a real browser: claim, verdict and reason are there, and nothing jumps or overflows."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from factcheck.record.models import PublishedReview
from tests.imports import own_records
from tests.support.serving import served

pytestmark = pytest.mark.prove
PHONE = {"width": 390, "height": 844}
REAL, LONGEST = 200, 5
WATCH_SHIFTS = """new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifted += entry.value })
    .observe({type: "layout-shift", buffered: true}); window.shifted = 0"""
# The lower edge of the claim, the verdict and the reason, and of the first line of a correction. A missing element is
# below every screen.
MEASURE = """() => {
    const edge = name => document.querySelector(name)?.getBoundingClientRect().bottom ?? 9999;
    const size = name => parseFloat(getComputedStyle(document.querySelector(name)).fontSize);
    return {answer: ["h1 .claimed", "h1 .verdict", ".ruling .because"].map(edge),
        correction: document.querySelector("[id^=correction]") ? edge("[id^=correction] > p") : 0,
        headings: [...document.querySelectorAll("main h1, main h2")].map(each => each.textContent.replace(/\\s+/g, " ").trim()),
        isVerdictLarger: size("h1 .verdict") >= size("h1 .claimed"),
        links: Math.max(...[...document.querySelectorAll(".navigation a")].map(a => a.getBoundingClientRect().right)),
        width: document.documentElement.scrollWidth, shifted: window.shifted};
}"""


class Site(NamedTuple):
    """The URLs of the demo's live reviews, and of imported reviews, those with the longest claims last.

    `languages` are the languages in which each claim exists, by each of its wordings.
    """

    demo: list[str]
    real: list[str]
    languages: dict[str, set[str]]


@pytest.fixture(scope="module")
def site(module_database: str, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo with imported reviews. While the browser runs, a test can't use the database."""
    call_command("load_demo", verbosity=0)
    before = _live()
    names = ("ten_publishers", "averitec_candidates")
    files = [(real_data / "claimreview" / f"{name}.jsonl").read_text("utf-8").splitlines() for name in names]
    mixed = [line for pair in zip(*files, strict=False) for line in pair]
    longest = sorted(itertools.chain(*files), key=lambda line: len(json.loads(line).get("claimReviewed") or ""))
    file = tmp_path_factory.mktemp("real") / "real.jsonl"
    file.write_text("\n".join(dict.fromkeys([*mixed[: 2 * REAL], *longest[-LONGEST:]])), encoding="utf-8")
    own_records.run("import_reviews", file, by="writer")
    own_records.publish(by="editor")
    claims = {row.pk: row.live_body.claim for row in PublishedReview.objects.live()}
    lengths = {pk: len(claim.text) for pk, claim in claims.items()}
    languages: dict[str, set[str]] = {}
    for claim in claims.values():
        known = languages.setdefault(claim.text, {claim.language})
        known |= {each.language for each in claim.wordings}
        languages |= {each.text: known for each in claim.wordings}
    with served() as address:
        demo, real = (
            [f"{address}/reviews/{pk}/" for pk in found]
            for found in (before, sorted(lengths.keys() - before, key=lambda pk: (lengths[pk], pk)))
        )
        yield Site(demo, real, languages)


@pytest.fixture(scope="module")
def demo(site: Site) -> list[str]:
    return site.demo


def _live() -> set[UUID]:
    return set(PublishedReview.objects.live().values_list("pk", flat=True))


def foreign_claims(site: Site, page: Page, language: str) -> list[str]:
    """Claims that the page shows in another language, although they exist in this language."""
    shown = page.locator("main .claimed").evaluate_all("all => all.map(each => [each.lang, each.textContent])")
    return [claim for tag, claim in shown if tag != language and language in site.languages.get(claim, ())]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_answer_is_on_the_first_screen_of_every_demo_review(site: Site, browser: Browser, language: str) -> None:
    """The headings say claim, verdict and answer, and no page shows a claim in another language than the reader's."""
    page = browser.new_context(viewport=PHONE, locale=language).new_page()
    page.add_init_script(WATCH_SHIFTS)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    assert len(site.demo) >= 20
    assert any(len(each) > 1 for each in site.languages.values())
    for review in site.demo:
        requests.clear()
        page.goto(review)
        found = page.evaluate(MEASURE)
        assert found["answer"] == sorted(found["answer"]), review
        assert max(*found["answer"], found["correction"]) <= PHONE["height"], (review, found)
        assert found["isVerdictLarger"], review
        claim, answer = found["headings"][:2]
        assert re.search("^(Claim|Nội dung được kiểm chứng): .+ (Verdict|Kết luận): .+", claim), review
        assert re.search("^(Why this verdict|Lý do của kết luận) .{15}", answer), review
        assert not foreign_claims(site, page, language), review
        assert found["links"] <= PHONE["width"], review
        assert (found["width"], found["shifted"]) == (PHONE["width"], 0), review
        own_files = [url for url in requests if not url.endswith("icon.svg")]  # only the browser's window asks for it
        assert len(own_files) <= 3 or re.search("/pictures?/", page.content()), review
    home = site.demo[0].partition("/reviews/")[0]
    for path in (
        "",
        "search/",
        "search/?language=vi",
        "search/?q=dam",
        "search/?q=Đập",
        "corrections/",
        "topics/disasters/",
    ):
        page.goto(f"{home}/{language}/{path}")
        assert not foreign_claims(site, page, language), path
    page.context.close()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_answer_is_on_the_first_screen_of_real_reviews(site: Site, browser: Browser, language: str) -> None:
    """In 95 % of the imported reviews, and in those with the longest claims."""
    page = browser.new_context(viewport=PHONE, locale=language).new_page()
    edges = {}
    real = site.real
    assert len(real) >= REAL + LONGEST
    for review in [*real[:REAL], *real[-LONGEST:]]:
        page.goto(review)
        found = page.evaluate(MEASURE)
        edges[review] = max(found["answer"])
        assert found["width"] == PHONE["width"], review
    shown = [review for review, edge in edges.items() if edge <= PHONE["height"]]
    assert len(shown) >= 0.95 * len(edges), {review: edges[review] for review in edges.keys() - set(shown)}
    assert set(real[-LONGEST:]) <= set(shown), edges
    page.context.close()


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_answer_comes_before_the_headline_and_the_facts(demo: list[str], browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for review in demo[:3]:
        page.goto(review)
        tops = "names => names.map(name => document.querySelector(name).getBoundingClientRect().top)"
        verdict, headline, claim = page.evaluate(tops, ["h1 .verdict", "#review", "#claim"])
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
    address = demo[0].partition("/reviews/")[0]
    edges = {}
    for path in RESULTS:
        page.goto(f"{address}/{language}{path}")
        edges[path] = page.locator("main ol.reviews h3").first.evaluate(
            "element => element.getBoundingClientRect().bottom"
        )
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert max(edges.values()) <= PHONE["height"], edges
    page.goto(f"{address}/{language}/search/")
    page.locator("#q").fill("Nghe nói giá gạo ở chợ Hải Lĩnh tăng gấp đôi. " * 20)
    assert 200 < page.locator("#q").bounding_box()["height"] <= 0.6 * PHONE["height"] + 2, (
        "the box grows for a whole post"
    )
    page.context.close()
