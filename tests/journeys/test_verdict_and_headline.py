"""A verdict is about the claim. Beside the headline, which says what the newsroom found, it would say the opposite."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from api.assistants import shapes
from factcheck.editorial.models import User
from factcheck.record.models import PublicCapture, PublishedReview, RevisionDocument, Status
from factcheck.record.readmodel.bodies import Review
from factcheck.record.statements.output import construct
from factcheck.website.sharing.post_texts import post_text
from factcheck.website.sharing.share_cards import review_card
from tests.journeys.browser import client_of
from tests.support.databases import Ground

SITE = "http://127.0.0.1:8000"
LISTS = ("/", "/corrections/", "/search/", "/search/?q=coffee", "/demands/", "/topics/health/", "/captures/{capture}/")
LISTS += ("/search/?q=If you eat millets you will not catch the coronavirus.",)
LISTS += ("/publishers/kiemchung.demo.example/", "/publishers/rumourdesk.demo.example/")
FEEDS = [f"/feeds/{of}.{kind}?content={content}" for of in ("reviews", "corrections") for kind in ("atom", "rss", "json")
         for content in ("summary", "full")]  # fmt: skip
MILLET = "No, a bowl of millet does not shield you from COVID-19"


class Texts(HTMLParser):
    """The texts of a page or a feed in their order: between tags, and in the attributes that readers or platforms see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value or "" for name, value in attrs if name in ("content", "alt", "title", "aria-label", "value")
        ]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.fixture(scope="module")
def bodies(demo_ground: Ground, module_database: str) -> list[dict[str, Any]]:
    rows = PublishedReview.objects.exclude(status=Status.ERASED).order_by("sequence")
    return [json.loads(row.body) for row in rows]


@pytest.fixture(scope="module")
def millet(bodies: list[dict[str, Any]]) -> dict[str, Any]:
    return next(body for body in bodies if body["headline"] == MILLET)


@cache
def headlines() -> dict[str, re.Pattern[str]]:
    """The headlines of all revisions, each with a pattern of this headline beside one of its verdicts."""
    found: dict[str, set[str]] = {}
    for document in RevisionDocument.objects.filter(entry__kind__startswith="review."):
        said = json.loads(bytes(document.document))
        if said.get("headline") and "verdict" in said:
            labels = {said["verdict"]["label"], *said["verdict"]["labels"].values()} - {None}
            found.setdefault(" ".join(said["headline"].split()), set()).update(labels)
    return {each: _beside(re.escape(each), "|".join(map(re.escape, labels))) for each, labels in found.items()}


def _beside(headline: str, labels: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{labels})\W{{0,40}}{headline}|{headline}\W{{0,40}}(?:{labels})(?!\w)")


def joined_in(text: str) -> list[str]:
    """The places in a text where a verdict and its headline follow each other with nothing but signs between them."""
    text = " ".join(text.split())
    return [found for headline, pattern in headlines().items() if headline in text for found in pattern.findall(text)]


def get(path: str, language: str = "en", client: Client | None = None) -> str:
    response = (client or Client()).get(path, headers={"accept-language": language}, follow=True)
    assert response.status_code == 200, path
    return response.content.decode()


def texts(path: str, language: str = "en", client: Client | None = None) -> str:
    return "\n".join(Texts(get(path, language, client)).found)


def pages(body: dict[str, Any]) -> Iterator[str]:
    path = f"/reviews/{body['id']}/"
    yield from (path, f"/embed{path}", f"/oembed/?url={quote(SITE + path)}")
    yield from (f"{path}revisions/{number}/" for number in range(1, body["revision"]["number"]))
    yield from (f"{path}cite.{extension}" for extension in ("txt", "bib", "json"))
    if body["revision"]["kind"] != "withdrawal":
        yield from (f"/claims/{body['claim']['id']}/", f"/api/v1{path}claimreview/")


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.prove
def test_verdict_never_touches_the_headline_of_any_review(bodies: list[dict[str, Any]], language: str) -> None:
    assert len(bodies) >= 20
    for body in bodies:
        for path in pages(body):
            assert joined_in(texts(path, language)) == [], path
        if body["revision"]["kind"] != "withdrawal":
            card = review_card(review := construct(Review, body), language)
            assert joined_in(f"{card.verdict}\n{card.note}\n{card.label}\n{card.text}") == []
            assert joined_in(post_text(review, language)) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_verdict_never_touches_a_headline_in_lists_and_feeds(bodies: list[dict[str, Any]], language: str) -> None:
    capture = PublicCapture.objects.earliest("pk").sha256
    for path in LISTS:
        assert joined_in(texts(path.format(capture=capture), language)) == [], path
    for path in FEEDS:
        feed = get(f"{path}&language={language}")
        if ".json" in path:
            for item in json.loads(feed)["items"]:
                assert joined_in(f"{item['title']}\n{item['summary']}") == [], item["id"]
        else:
            assert joined_in("\n".join(Texts(feed).found)) == [], path


@pytest.mark.parametrize("language", ["en", "vi"])
def test_verdict_never_touches_a_headline_at_the_desk(millet: dict[str, Any], language: str) -> None:
    desk = client_of(User.objects.get(username="editor"))
    similar = "/admin/editorial/claim/{}/similar/".format(millet["claim"]["id"])
    for path in ("/admin/", "/admin/editorial/review/", "/admin/editorial/importbatch/", similar):
        assert joined_in(texts(path, language, desk)) == [], path


def test_each_surface_of_a_negative_review(millet: dict[str, Any]) -> None:
    path, claim = f"/reviews/{millet['id']}/", "“If you eat millets you will not catch the coronavirus.” – False"
    page, why = get(path), "Millet is a nutritious cereal, but no food keeps the infection "
    named = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page))
    assert re.findall("<title>(.*)</title>", page) == [f"{claim} – Checkpoint Demo (sample newsroom)"]
    assert named["og:title"] == claim
    assert named["og:description"].startswith(f"Why: {why}")
    assert named["description"].startswith(f"Why: {why}")
    assert named["og:image:alt"].startswith(f"{claim}. Why: {why}")
    assert f"<title>{claim}</title>" in get(f"/embed{path}")
    assert json.loads(get(f"/oembed/?url={quote(SITE + path)}"))["title"] == claim
    assert f" {MILLET}. Fact-check: {claim}. " in get(f"{path}cite.txt")
    assert f"note = {{Fact-check: {claim}. The Fact-Check Record, revision " in get(f"{path}cite.bib")
    (cited,) = json.loads(get(f"{path}cite.json"))
    assert (cited["title"], cited["note"].partition(". The")[0]) == (MILLET, f"Fact-check: {claim}")
    (entry,) = json.loads(get(f"/feeds/reviews.json?ids={millet['id']}"))["items"]
    assert entry["title"] == f"{claim} – {millet['publisher']['name']}"
    assert entry["summary"].startswith(f"{claim}. Why: {why}")
    assert post_text(construct(Review, millet), "en").startswith("Verdict: False. The claim: “If you eat millets")
    card = review_card(construct(Review, millet), "vi")
    assert (card.verdict, card.label) == ("Sai sự thật", "Nội dung được kiểm chứng – kết luận: Sai sự thật")
    node = json.loads(get(f"/api/v1{path}claimreview/"))
    assert (node["headline"], node["reviewRating"]["alternateName"]) == (MILLET, "False")
    assert node["claimReviewed"] == "If you eat millets you will not catch the coronavirus."
    told = shapes.review(construct(Review, millet))
    assert (told["headline"], told["claim"]["text"]) == (MILLET, node["claimReviewed"])
    assert (told["answer"] or "").startswith(f"{claim}. Why: {why}")
    assert get(f"/claims/{millet['claim']['id']}/").partition("<title>")[2].startswith(claim.removesuffix("False"))
