"""A small record that every page of a module is read from, and a way to take a page apart."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser

from factcheck.editorial.models import Claim, Claimant, Publisher, Review
from tests.support.chromium import chromium_browser
from tests.support.databases import Ground, ground_fixture
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.support.evidence import stored_in
from tests.support.rich_reviews import publish_review_with_ten_sources

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202ehsilgne'


@dataclass
class Published:
    """Addresses of reviews; each newsroom has its own."""

    corrected: str
    english: str
    withdrawn: str
    erased: str
    imported: str
    hostile: str
    claim: str


@pytest.fixture(scope="module")
def published(published_ground: Ground, module_database: str) -> Any:
    return published_ground.made


def _publish_reviews() -> Published:
    here, there = make_newsroom(), make_newsroom("checkpoint.org")
    corrected = here.publish_new()
    english = there.publish_new(corrected.claim, language="en", headline="The video is of 2020", summary="False.")
    here.correct_review(corrected, verdict=make_scale().verdicts.get(slug="true"))
    withdrawn = here.publish_new(headline="Bài bị rút lại")
    here.withdraw_review(withdrawn)
    erased = here.publish_new(headline="Tên của một người")
    here.erase_review(erased, notice="Theo quyết định của tòa án.")
    return Published(
        *(
            f"/reviews/{review.pk}/"
            for review in (corrected, english, withdrawn, erased, _imported(there), _hostile(there))
        ),
        claim=f"/claims/{corrected.claim_id}/",
    )


published_ground = ground_fixture(_publish_reviews)


def _imported(newsroom: Newsroom) -> Review:
    claimant = Claimant.objects.create(
        newsroom=newsroom.publisher, type="person", name="فلان", job_title="وزير", confirmed=False
    )
    claim = newsroom.make_claim(claimant=claimant, text="قال الوزير إن الماء غال.", language="ar", claimed_on=None)
    return publish_imported(
        newsroom, claim, original_value="2", original_worst="1", original_best="7", original_explanation="لا دليل."
    )


def publish_imported(newsroom: Newsroom, claim: Claim, **fields: str) -> Review:
    """Publish a review of another publisher."""
    review = Review.objects.create(
        newsroom=newsroom.publisher, claim=claim, created_by=newsroom.reporter, original_url="https://marsad.org/1",
        publisher=Publisher.objects.create(name="مرصد", site="marsad.org", url="https://marsad.org/"),
        **{"language": "und", "original_label": "كاذب"} | fields,
    )  # fmt: skip
    newsroom.publish_review(review)
    return review


def _hostile(newsroom: Newsroom) -> Review:
    """Everything that a person may write holds the same hostile text."""
    claim = newsroom.make_claim(text=HOSTILE, location=HOSTILE, language="en")
    Claimant.objects.filter(pk=claim.claimant_id).update(description=HOSTILE, job_title=HOSTILE)
    review = newsroom.make_review(
        Claim.objects.get(pk=claim.pk),
        headline=HOSTILE,
        summary=HOSTILE,
        body=HOSTILE,
        verdict_explanation=HOSTILE,
        language="en",
    )
    review.sources.update(title=HOSTILE, publisher=HOSTILE, quote=HOSTILE)
    review = Review.objects.get(pk=review.pk)
    newsroom.publish_review(review)
    return review


@pytest.fixture(scope="module")
def review_with_ten_sources(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stored_in(Path(tmp_path_factory.mktemp("captures"))):
        yield publish_review_with_ten_sources()


@dataclass
class Page(HTMLParser):
    """The parts of a page: counted elements, headings in order, ids, links, attributes, text."""

    source: str
    elements: Counter[str] = field(default_factory=Counter)
    headings: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    title: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._inside: list[str] = []
        self.feed(self.source)
        # Templates wrap lines inside tags and between words, which browsers don't show.
        self.source = re.sub(r"\n(?=>)", "", re.sub(r"(?<=[\w\"])\n(?=[a-z-]+=)", " ", self.source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag in ("dt", "dd", "p", "li", "h1", "h2", "h3", "button"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["title"]:
            self.title += data
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        """The targets of links. The language at the beginning, which every page of the site keeps, is left out."""
        return [re.sub("^/(?:en|vi)/", "/", href) for href in self.values("a", "href")]

    def values(self, tag: str, attribute: str) -> list[str]:
        return [value for element, name, value in self.attributes if (element, name) == (tag, attribute)]


def get(path: str, status: int = 200, language: str = "en") -> Page:
    response = Client().get(path, headers={"accept-language": language}, follow=True)
    assert response.status_code == status
    return Page(response.content.decode())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_browser() as chromium:
        yield chromium


def check_page(response: Any, language: str) -> None:
    """Check the rules for every page: no script that runs, no cookie, one outline, and the reader's language."""
    page = Page(response.content.decode())
    # No script but our own files, nothing inline, nothing of another host: the policy of settings.py blocks nothing.
    scripts = page.values("script", "src")
    assert set(scripts) <= {"/static/website/site.js", "/static/website/search.js"}
    assert page.values("script", "type") == ["application/ld+json"] * (page.elements["script"] - len(scripts))
    assert page.elements["style"] == page.elements["img"] == 0
    assert not [name for _, name, _ in page.attributes if name == "style" or name.startswith("on")]
    assert page.values("link", "rel").count("stylesheet") <= 2
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    # Landmarks, one first heading, none skipped, no id twice, every label and reference leads somewhere.
    for element in ("main", "header", "footer", "h1", "title"):
        assert page.elements[element] >= 1, element
    assert page.elements["main"] == page.elements["h1"] == 1
    assert page.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    for element, attribute in (("section", "aria-labelledby"), ("label", "for")):
        assert set(page.values(element, attribute)) <= set(page.ids)
    assert page.values("a", "href")[0] == "#content"
    assert "content" in page.ids
    assert page.title.strip()
    # HTML allows at most three digits after the second.
    assert not [at for at in page.values("time", "datetime") if re.search(r"\.\d{4}", at)]
    assert page.values("html", "lang") == [language]
    assert response.headers["Content-Language"] == language
    assert not response.cookies
