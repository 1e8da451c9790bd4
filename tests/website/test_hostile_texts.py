"""Hostile texts in every field, in a real browser: nothing runs, nothing overflows, titles and cards keep the verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from factcheck.editorial.models import Claim, Claimant, Publisher, Review, Topic, TopicLabel
from factcheck.record.formats.text import clean_text
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.support.serving import served
from tests.website.hostile_texts import TEXTS

pytestmark = pytest.mark.prove
MAX_NAME = 500
WHY = "Ngày quay đã được xác minh lại với người quay phim."
EDGE = 844  # of the claim and its verdict, on a phone
MEASURE = """() => {
    const outside = [...document.body.querySelectorAll("*")].filter(element => {
        const box = element.getBoundingClientRect();
        return box.width && box.right > innerWidth + 1 && !element.closest(".prose table, pre, .navigation, .skip");
    });
    return {
        hacked: window.hacked, width: document.documentElement.scrollWidth, h1: document.querySelectorAll("h1").length,
        scripts: [...document.scripts].map(script => script.src || script.type), title: document.title,
        edge: document.querySelector("h1").getBoundingClientRect().bottom,
        outside: outside.map(element => element.outerHTML.slice(0, 200)),
        links: [...document.links].map(link => link.protocol), forms: document.forms.length,
        elements: document.querySelectorAll(
            "img, iframe, svg:not(.segno), style, base, object, embed, [onclick], [style]").length,  // segno: our QR code
        card: document.querySelector('meta[property="og:title"]').content,
        description: document.querySelector('meta[property="og:description"]').content,
    };
}"""


@dataclass
class Site:
    address: str
    paths: dict[str, dict[str, str]]  # by text: own review, imported review, claim


@pytest.fixture(scope="module")
def site(module_database: str) -> Iterator[Site]:
    newsroom = make_newsroom()
    make_scale()
    paths = {name: _publish(newsroom, number, clean_text(text)) for number, (name, text) in enumerate(TEXTS.items())}
    with served() as address:
        yield Site(address, paths)


def _publish(newsroom: Newsroom, number: int, text: str) -> dict[str, str]:
    """Publish a corrected review and an imported review. All their fields contain the text."""
    line = " ".join(text.split())[:MAX_NAME]
    claim = newsroom.make_claim(text=text, location=line)
    Claimant.objects.filter(pk=claim.claimant_id).update(description=line, job_title=line)
    topic = Topic.objects.create(slug=f"topic-{number}")
    TopicLabel.objects.create(topic=topic, language="en", label=line)
    claim = Claim.objects.get(pk=claim.pk)
    claim.topics.add(topic)
    review = newsroom.make_review(claim, headline=line, summary=text, body=text, verdict_explanation=text)
    review.sources.update(title=line, publisher=line, quote=text, no_capture_reason=line)
    newsroom.publish_review(Review.objects.get(pk=review.pk))
    newsroom.correct_review(
        Review.objects.get(pk=review.pk), note=f"{text[:1900]} {WHY}", reviewed_on=date(2026, 10, 5)
    )
    publisher = Publisher.objects.create(name=line, site=f"p{number}.example", url=f"https://p{number}.example/")
    imported = Review.objects.create(
        newsroom=newsroom.publisher, publisher=publisher, claim=claim, language="und", created_by=newsroom.reporter,
        original_url=f"https://p{number}.example/1", original_label=text[:2000], original_value=line,
        original_explanation=text,
    )  # fmt: skip
    newsroom.publish_review(imported)
    return {"own": f"/reviews/{review.pk}/", "imported": f"/reviews/{imported.pk}/", "claim": f"/claims/{claim.pk}/"}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="en")
    yield page
    page.close()


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_only_text(site: Site, page: Page, name: str) -> None:
    problems: list[str] = []
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request", lambda request: problems.append(request.url) if not request.url.startswith(site.address) else None
    )
    for kind, path in site.paths[name].items():
        page.goto(site.address + path)
        found = page.evaluate(MEASURE)
        assert problems == [], kind
        assert (found["hacked"], found["width"], found["h1"], found["outside"]) == (None, 390, 1, []), kind
        assert found["elements"] == 0, kind
        assert {script for script in found["scripts"] if not script.startswith(site.address)} <= {"application/ld+json"}
        assert set(found["links"]) <= {"http:", "https:"}, kind
        assert found["forms"] <= 1, kind
        assert found["edge"] <= EDGE, kind
        assert not set("\u202e\u2066\u2067\u200f\n") & set(found["title"] + found["card"] + found["description"]), kind
        assert found["title"].startswith(found["card"]), kind
        assert len(found["card"]) <= 300, kind
