"""Browsing: all values of the filters, and the pages of publishers, topics and claimants."""

from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Claim, Claimant, Review, Topic, TopicLabel
from factcheck.website.browse import review_lists
from tests.support.drafts import Newsroom, make_newsroom
from tests.website.conftest import Page, publish_imported

SITE = "http://127.0.0.1:8000"


def get(path: str, language: str = "en", status: int = 200) -> Page:
    response = Client().get(f"/{language}{path}")
    assert response.status_code == status
    return Page(response.content.decode())


def reviews_on(page: Page) -> list[str]:
    return [href for href in page.links if href.startswith("/reviews/")]


def make_claimant(newsroom: Newsroom, kind: str, confirmed: bool = True) -> Claimant:
    named = {"description": "một người dùng mạng"} if kind == "unnamed" else {"name": "Bộ Ví dụ", "job_title": "x"}
    return Claimant.objects.create(
        newsroom=newsroom.publisher, type=kind, confirmed=confirmed, is_public_figure=kind == "person", **named
    )


@pytest.fixture(scope="module")
def record(module_database: str) -> SimpleNamespace:
    newsroom, other = make_newsroom("checkpoint.org"), make_newsroom("kiemchung.example")
    health = Topic.objects.create(slug="health")
    for language, label in (("en", "Health"), ("vi", "Sức khỏe")):
        TopicLabel.objects.create(topic=health, language=language, label=label)
    found: dict[str, str] = {}
    for name, kind, confirmed in (
        ("figure", "person", True), ("body", "organization", True), ("printed", "person", False),
        ("private", "unnamed", True),
    ):  # fmt: skip
        claimant = make_claimant(newsroom, kind, confirmed)
        claim = newsroom.make_claim(claimant=claimant)
        claim.topics.add(health)
        if confirmed:
            review = newsroom.publish_new(claim, language="en", headline=name)
        else:
            review = publish_imported(newsroom, claim, language="en", original_label="Wrong")
        found |= {name: f"/claimants/{claimant.pk}/", f"review_of_{name}": f"/reviews/{review.pk}/"}
    other.publish_new()
    withdrawn = newsroom.publish_new()
    newsroom.withdraw_review(withdrawn)
    return SimpleNamespace(**found)


def test_browsing_shows_every_value_with_its_number(record: SimpleNamespace) -> None:
    page = get("/browse/")
    assert "Topic Health 4" in page.text
    assert "Language English 4 Vietnamese 1" in page.text
    assert "Publisher’s own verdict wrong 1" in page.text
    assert "/search/?original_verdict=wrong" in page.links
    whole = get("/browse/?all=original_verdict")
    assert ("Publisher’s own verdict wrong 1" in whole.text, "Language English" in whole.text) == (True, False)
    assert "Toà soạn checkpoint.org 3 Toà soạn kiemchung.example 1 مرصد 1" in page.text
    links = {"/topics/health/", "/publishers/checkpoint.org/", "/search/?language=en", "/search/?verdict=truth%3Afalse"}
    assert links <= set(page.links)
    assert f"{SITE}/api/v1/topics/" in page.links
    for link in page.links:
        if link.startswith(("/topics/", "/publishers/", "/search/")):
            assert Client().get(f"/en{link}").status_code == 200, link
    assert "Sức khỏe 4" in get("/browse/", "vi").text
    assert not [link for link in page.links if link.startswith("/claimants/")]


def test_pages_list_the_newest_reviews_first_and_lead_to_feed_and_data(record: SimpleNamespace) -> None:
    figure, body, printed, private = (
        getattr(record, f"review_of_{name}") for name in ("figure", "body", "printed", "private")
    )
    for path, parameter, expected in (
        ("/publishers/checkpoint.org/", "publisher=checkpoint.org", [private, body, figure]),
        ("/topics/health/", "topic=health", [private, printed, body, figure]),
        (record.figure, f"claimant={record.figure.split('/')[2]}", [figure]),
    ):
        page = get(path)
        assert reviews_on(page) == expected
        feed, data = f"/feeds/reviews.atom?{parameter}", f"/api/v1/reviews/?{parameter}"
        assert {feed, f"{SITE}{data}"} <= set(page.links) & set(page.values("link", "href"))
        assert Client().get(data).json()["results"][0]["id"] in expected[0]
        assert Client().get(feed).content.decode().count("</entry>") == len(expected)
        (canonical,) = [href for _, name, href in page.attributes if name == "href" and href == f"{SITE}/en{path}"][:1]
        assert f'<link rel="canonical" href="{canonical}">' in page.source


def test_publisher_has_one_page(record: SimpleNamespace) -> None:
    response = Client().get("/vi/publishers/CheckPoint.org/")
    assert (response.status_code, response["Location"]) == (301, "/vi/publishers/checkpoint.org/")


def test_page_narrows_on_the_search_page(record: SimpleNamespace) -> None:
    page = get("/topics/health/")
    assert "/search/?language=en&topic=health" not in page.links  # all reviews have the same language
    get("/publishers/checkpoint.org/?language=en&unknown=1")


def test_only_public_figures_and_organisations_have_a_page(record: SimpleNamespace) -> None:
    assert "Public figure" in get(record.figure).text
    assert "Organisation" in get(record.body).text
    for path in (record.printed, record.private, "/claimants/00000000-0000-4000-8000-000000000000/"):
        get(path, status=404)
        assert Client().get(path, follow=True).status_code == 404


def test_a_past_revision_does_not_link_to_the_claimant(database: str) -> None:
    newsroom = make_newsroom("checkpoint.org")
    figure = make_claimant(newsroom, "person")
    review = newsroom.publish_new(claim := newsroom.make_claim(claimant=figure))
    page = f"/claimants/{figure.pk}/"
    for path in (f"/reviews/{review.pk}/", f"/claims/{claim.pk}/"):
        assert page in get(path).links
    Claim.objects.filter(pk=claim.pk).update(claimant=make_claimant(newsroom, "unnamed"))
    newsroom.correct_review(Review.objects.get(pk=review.pk))
    get(page, status=404)
    for path in (f"/reviews/{review.pk}/", f"/claims/{claim.pk}/", f"/reviews/{review.pk}/revisions/1/"):
        assert page not in get(path).links, path


def test_nobody_is_scored(record: SimpleNamespace) -> None:
    """The page of a claimant has the reviews, and no numbers or filters."""
    page = get(record.figure)
    assert "this page has no statistics" in page.text
    assert 'class="filters"' not in page.source
    assert not [link for link in page.links if "verdict=" in link or "facets" in link]


@pytest.mark.parametrize(
    "path", ["/publishers/none.example/", "/publishers/%00/", "/topics/none/", "/topics/x y/", "/claimants/1/"]
)
def test_subject_that_does_not_exist_is_404(record: SimpleNamespace, path: str) -> None:
    get(path, status=404)


def test_pages_lead_to_each_other_without_an_end(record: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_lists, "PAGE_SIZE", 1)
    monkeypatch.setattr(review_lists.newest_first, "__defaults__", (1, None))
    found, path = [], "/topics/health/"
    while path:
        page = get(path)
        found += reviews_on(page)
        following = [link for link in page.links if link.startswith("?after=")]
        path = f"/topics/health/{following[0]}" if following else ""
    assert len(found) == len(set(found)) == 4
    assert "noindex" in page.values("meta", "content")
    assert [link for link in page.links if link.startswith("?before=")]


@pytest.mark.parametrize(("name", "most"), [("browse", 3), ("topic", 12), ("figure", 5)])
def test_queries_are_few_and_of_the_reading_role(record: SimpleNamespace, name: str, most: int) -> None:
    path = {"browse": "/browse/", "topic": "/topics/health/"}.get(name) or getattr(record, name)
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        get(path)
    assert (len(public) <= most, len(others)) == (True, 0), len(public)


def test_empty_record_says_so(database: str) -> None:
    assert "Nothing has been published yet." in get("/browse/").text
