"""The first page: what this is, and the newest reviews."""

import uuid

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.website import queries
from tests.drafts import make_newsroom, make_review, publish_review
from tests.website.conftest import Page, Published

SAMPLE = "Sample data: these reviews belong to a demo newsroom that doesn’t exist."
SOME = "Sample data: some of these reviews belong to a demo newsroom that doesn’t exist."


def get(path: str) -> Page:
    response = Client().get(path, follow=True)
    assert response.status_code == 200
    return Page(response.content.decode())


def test_home_says_what_this_is_and_where_things_are(published: Published) -> None:
    page = get("/")
    assert page.title == "The Fact-Check Record"
    assert "Published reviews never change silently" in page.text
    assert {"/api/docs/", "/admin/", "https://creativecommons.org/licenses/by/4.0/"} <= set(page.links)
    assert page.values("input", "name") == ["q"]


def test_home_says_what_is_sample_data(published: Published) -> None:
    assert SOME in get("/").text


def test_home_lists_live_reviews_newest_first(published: Published) -> None:
    links = [href for href in get("/").links if href.startswith("/reviews/")]
    assert links == [published.hostile, published.imported, published.english, published.corrected]


def test_home_shows_what_a_reader_needs_to_choose(published: Published) -> None:
    text = get("/").text
    assert "False The video is of 2020 Claim: Nước lũ ở Huế đã lên tới mái chùa. Toà soạn checkpoint.org · " in text
    assert "Đúng (True) Video nước lũ là của năm 2020 Claim:" in text
    assert "· Vietnamese · corrected or updated" in text


def test_home_one_query_of_the_reading_role(published: Published) -> None:
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        Client().get("/en/")
    assert len(public) == 1
    assert len(others) == 0


@pytest.mark.parametrize("path", ["/en/reviews/", "/en/claims/"])
def test_address_cut_short_leads_to_the_newest_reviews(path: str) -> None:
    for asked in (Client().get(path), Client().head(path)):
        assert (asked.status_code, asked.headers["Location"]) == (302, "/en/")
    assert Client().get(path.rstrip("/")).headers["Location"] == path
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("path", ["/en/?page=2"])
def test_page_behind_the_last_is_404_and_not_empty(published: Published, path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "26", "1e1", "x", "", "²", "9" * 5000])
def test_page_beyond_the_list_is_404(published: Published, page: str) -> None:
    assert Client().get("/en/", {"page": page}).status_code == 404


def test_pages_lead_to_each_other(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    newsroom = make_newsroom("checkpoint.org")
    published = [f"/reviews/{_publish(newsroom)}/" for _ in range(3)]
    first, second = get("/"), get("/?page=2")
    assert [href for href in first.links if href.startswith("/reviews/")] == published[:0:-1]
    assert "/?page=2" in first.links
    assert first.values("a", "rel").count("next") == 1
    assert [href for href in second.links if href.startswith("/reviews/")] == published[:1]
    assert "/?page=1" in second.links
    assert "next" not in second.values("a", "rel")
    assert SAMPLE not in first.text


def _publish(newsroom) -> uuid.UUID:
    review = make_review(newsroom)
    publish_review(newsroom, review)
    return review.pk


def test_home_empty_says_so(database: str) -> None:
    page = get("/")
    assert "Nothing has been published yet." in page.text
    assert SAMPLE not in page.text


def test_claim_in_place_of_a_headline_has_its_own_language(published: Published) -> None:
    claim = Client().get(f"/api/v1{published.imported}").json()["claim"]["id"]
    for address in ("/", f"/claims/{claim}/"):
        attributes = get(address).attributes
        assert attributes[attributes.index(("a", "href", f"/en{published.imported}")) + 1] == ("a", "lang", "ar")
