"""The first page: what this is, the newest reviews in the reader's language, and what else there is."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.web import request_log
from tests.support.drafts import make_newsroom
from tests.website.conftest import Page, Published

SAMPLE = "Sample data: these reviews belong to demo newsrooms that don’t exist."


def get(path: str) -> Page:
    response = Client().get(path, follow=True)
    assert response.status_code == 200
    return Page(response.content.decode())


def test_home_says_what_this_is_and_where_things_are(published: Published) -> None:
    page = get("/")
    assert page.title == "The Fact-Check Record"
    assert "Nothing changes silently." in page.text
    assert {"/api/docs/", "/admin/", "https://creativecommons.org/licenses/by/4.0/"} <= set(page.links)
    assert page.values("textarea", "name") == ["q"]


def test_home_says_what_is_sample_data(published: Published) -> None:
    assert "Dữ liệu mẫu" in get("/vi/").text
    assert "ample data" not in get("/en/").text


def test_home_lists_the_newest_reviews_in_the_readers_language(published: Published) -> None:
    for language, expected in (("en", [published.hostile, published.english]), ("vi", [published.corrected])):
        page = get(f"/{language}/")
        assert [href for href in page.links if href.startswith("/reviews/")] == expected
    page = get("/en/")
    assert "Newest reviews in English 2 reviews in English · 1 review in other languages: " in page.text
    assert "1 review from other publishers" in page.text
    others = {"/search/?language=vi&origin=own", "/search/?origin=imported"}
    assert {"/search/?language=en&origin=own", *others} <= set(page.links)
    assert "Bài kiểm chứng mới nhất bằng tiếng Việt" in get("/vi/").text


def test_home_shows_the_most_frequent_language_if_the_readers_has_no_reviews(database: str) -> None:
    newsroom = make_newsroom("checkpoint.org")
    for language in ("fr", "ar", "fr"):
        newsroom.publish_review(newsroom.make_review(language=language))
    page = get("/vi/")
    assert len([href for href in page.links if href.startswith("/reviews/")]) == 2
    text = get("/en/").text
    assert (
        "Newest reviews in French There are no reviews in English yet. 2 reviews in French · 1 review in other" in text
    )


def test_home_shows_what_a_reader_needs_to_choose(published: Published) -> None:
    text = get("/en/").text
    unit = (
        "Claim: Nước lũ ở Huế đã lên tới mái chùa. Verdict: False Why: The video is of 2020 Toà soạn checkpoint.org · "
    )
    assert unit in text
    assert "· Vietnamese · corrected or updated" in get("/en/search/").text


def test_home_costs_few_queries_of_the_reading_role(published: Published) -> None:
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        Client().get("/en/")
    assert len(public) == 9  # three of them set the time limit
    assert len(others) == 0


@pytest.mark.parametrize("query", ["?q=l%C5%A9", "?topic=health", "?q=a&verdict=truth:false"])
def test_search_and_filters_are_on_the_search_page(query: str) -> None:
    response = Client().get(f"/en/{query}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/en/search/{query.replace(':', '%3A')}")


@pytest.mark.parametrize("path", ["/en/reviews/", "/en/claims/"])
def test_address_cut_short_leads_to_the_newest_reviews(path: str) -> None:
    for asked in (Client().get(path), Client().head(path)):
        assert (asked.status_code, asked.headers["Location"]) == (302, "/en/")
    assert Client().get(path.rstrip("/")).headers["Location"] == path
    assert Client().post(path).status_code == 405


def test_home_empty_says_so(database: str) -> None:
    page = get("/")
    assert "Nothing has been published yet." in page.text
    assert SAMPLE not in page.text


def test_claim_has_its_own_language(published: Published) -> None:
    claim = Client().get(f"/api/v1{published.imported}").json()["claim"]["id"]
    for address in ("/search/", f"/claims/{claim}/"):
        attributes = get(address).attributes
        assert attributes[attributes.index(("a", "href", f"/en{published.imported}")) + 2] == ("bdi", "lang", "ar")


def test_list_outside_searches_has_a_time_too(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "SEARCH_SECONDS", 0.0)
    response = Client().get("/en/")
    assert "results" in response["Factcheck-Left-Out"]
    assert b"Nothing has been published yet." not in response.content
