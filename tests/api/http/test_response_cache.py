"""Answers that are given before any view is asked: only while the log says that nothing has changed."""

import pytest
from django.db import OperationalError, connections
from django.test import Client

from api.http import response_cache, responses
from api.views.reviews import ReviewDetail
from factcheck.server import rate_limits
from factcheck.server.shared_counters import SharedCounters
from tests.drafts import correct_review, erase_review, make_review, publish_review, withdraw_review


@pytest.fixture
def review(newsroom):
    review = make_review(newsroom)
    publish_review(newsroom, review)
    return review


def ask(address: str, etag: str, **headers: str):
    return Client().get(address, headers={"If-None-Match": etag, **headers})


def headers_of(response) -> dict[str, str]:
    """All but the request's own id."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}


def forbid_views(monkeypatch):
    def get(*_: object, **__: object):
        raise AssertionError("a view was asked")

    monkeypatch.setattr(ReviewDetail, "get", get)


def test_second_time_is_answered_without_the_view(review, monkeypatch, django_assert_num_queries):
    address = f"/api/v1/reviews/{review.pk}/"
    etag = Client().get(address)["ETag"]
    first = ask(address, etag)
    forbid_views(monkeypatch)
    with django_assert_num_queries(1, connection=connections["public"]):
        again = ask(address, etag)
    assert (first.status_code, again.status_code, again.content) == (304, 304, b"")
    assert headers_of(again) == headers_of(first)
    assert again["Factcheck-Head"] == "0"


def test_new_entry_of_the_log_has_the_view_asked(newsroom, review):
    address = f"/api/v1/reviews/{review.pk}/"
    etag = Client().get(address)["ETag"]
    assert ask(address, etag)["Factcheck-Head"] == "0"
    publish_review(newsroom, make_review(newsroom))
    again = ask(address, etag)
    assert (again.status_code, again["Factcheck-Head"]) == (304, "1")


def test_list_with_a_new_review_is_sent(newsroom, review):
    etag = Client().get("/api/v1/reviews/")["ETag"]
    assert [ask("/api/v1/reviews/", etag).status_code for _ in range(2)] == [304, 304]
    publish_review(newsroom, make_review(newsroom))
    assert ask("/api/v1/reviews/", etag).status_code == 200


def test_another_tag_address_or_reader_has_the_view_asked(review):
    address = f"/api/v1/reviews/{review.pk}/"
    etag = Client().get(address)["ETag"]
    assert ask(address, etag).status_code == 304
    assert ask(address, '"other"').status_code == 200
    assert ask(f"{address}?x=1", etag).status_code == 400
    assert ask(address, etag, Accept="application/ld+json")["Content-Type"] == "application/ld+json"
    assert ask(address, etag, Accept="text/html").status_code == 406
    assert ask(address, etag, Host="other.example").status_code == 400
    assert ask(address, etag, Origin="https://reader.example")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in ask(address, etag)


def test_after_a_minute_the_view_is_asked(review, monkeypatch):
    address = f"/api/v1/reviews/{review.pk}/"
    etag = Client().get(address)["ETag"]
    monkeypatch.setattr(response_cache, "MAX_AGE", -1)
    assert ask(address, etag).status_code == 304
    forbid_views(monkeypatch)
    assert ask(address, etag).status_code == 500


def test_searches_and_counts_are_not_remembered(review):
    for address in ("/api/v1/reviews/?q=flood", "/api/v1/reviews/?count=true", "/feeds/reviews.atom?q=flood"):
        etag = Client().get(address)["ETag"]
        assert ask(address, etag).status_code == 304
    assert response_cache._cache == {}


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/reviews/",
        "/api/v1/claims/?language=vi&page_size=3",
        "/api/v1/reviews/{review.pk}/",
        "/api/v1/claims/{review.claim_id}/",
        "/feeds/reviews.atom?language=vi&content=full",
        "/feeds/reviews.json",
        "/feeds/corrections.rss?class=substantive",
    ],
)
def test_what_was_sent_is_sent_again_without_the_view(
    newsroom, review, monkeypatch, django_assert_num_queries, address
):
    correct_review(newsroom, review, summary="Sai. Khác.")
    address = address.format(review=review)
    first = Client().get(address)
    monkeypatch.setattr("api.middleware.store_response", None)  # is asked only when a view was
    with django_assert_num_queries(1, connection=connections["public"]):
        again = Client().get(address)
    assert (again.status_code, again.content, headers_of(again)) == (200, first.content, headers_of(first))
    assert str(review.pk).encode() in again.content or str(review.claim_id).encode() in again.content


def test_withdrawn_review_is_sent_as_its_tombstone_at_once(newsroom, review):
    address = f"/api/v1/reviews/{review.pk}/"
    assert ["claim" in Client().get(address).json() for _ in range(2)] == [True, True]  # remembered
    withdraw_review(newsroom, review)
    assert Client().get(address).json()["revision"]["kind"] == "withdrawal"


def test_page_without_an_erased_review_takes_the_place_of_the_one_with_it(newsroom, review):
    other = make_review(newsroom, headline="Bí mật.")
    publish_review(newsroom, other)
    assert [len(Client().get("/api/v1/reviews/").json()["results"]) for _ in range(2)] == [2, 2]
    assert any("Bí mật.".encode() in sent.content for sent in response_cache._cache.values())
    erase_review(newsroom, other)
    assert [result["id"] for result in Client().get("/api/v1/reviews/").json()["results"]] == [str(review.pk)]
    assert len(response_cache._cache) == 1
    assert all("Bí mật.".encode() not in sent.content for sent in response_cache._cache.values())


def test_where_requests_are_counted_each_is(review, settings, monkeypatch, tmp_path):
    settings.API_RATE_LIMIT = "600/min"
    counters = SharedCounters(tmp_path / "counts")
    monkeypatch.setattr(rate_limits, "_counters", lambda: counters)
    sent = [Client().get("/api/v1/reviews/") for _ in range(3)]
    assert len(response_cache._cache) == 1
    assert [each["RateLimit"].partition(";t=")[0] for each in sent] == [
        f'"reading";r={left}' for left in (599, 598, 597)
    ]


def test_room_is_bounded(review, monkeypatch):
    """By content and address: three answers of one size fit, the fourth begins anew."""
    monkeypatch.setattr(response_cache, "_size", lambda key, sent: 10)
    monkeypatch.setattr(response_cache, "MAX_BYTES", 30)
    kept = []
    for page_size in (1, 2, 3, 3, 4, 5):
        Client().get(f"/api/v1/reviews/?page_size={page_size}")
        kept.append((len(response_cache._cache), response_cache._cache.size))
    assert kept == [(1, 10), (2, 20), (3, 30), (3, 30), (1, 10), (2, 20)]
    monkeypatch.setattr(response_cache, "MAX_BYTES", 9)
    Client().get("/api/v1/reviews/?page_size=9")
    assert (len(response_cache._cache), response_cache._cache.size) == (0, 0)


def test_address_takes_room_too(review):
    publishers = {"publisher": [f"n{number:03}.example" for number in range(100)]}
    assert Client().get("/api/v1/reviews/", publishers).content == b'{"results":[],"next":null,"previous":null}'
    assert (
        2300 < response_cache._cache.size < 2500
    )  # a hundred times "publisher=n000.example&", and what little is sent


def test_another_page_empties_the_memory_of_what_was_erased(newsroom, review):
    other = make_review(newsroom, headline="Bí mật.")
    publish_review(newsroom, other)
    Client().get("/api/v1/reviews/")
    erase_review(newsroom, other)
    Client().get("/api/v1/claims/")  # nobody asks for the page with it again
    assert len(response_cache._cache) == 1
    assert all("Bí mật.".encode() not in sent.content for sent in response_cache._cache.values())


def test_database_that_is_away_is_a_problem_as_ever(review, monkeypatch):
    address = f"/api/v1/reviews/{review.pk}/"
    etag = Client().get(address)["ETag"]
    assert ask(address, etag).status_code == 304

    def away(*_: object):
        raise OperationalError("away")

    monkeypatch.setattr(responses, "newest_sequence", away)
    monkeypatch.setattr("api.views.reviews.find_review", away)
    response = ask(address, etag)
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")


def test_feed_without_an_erased_review_takes_the_place_of_the_one_with_it(newsroom, review):
    entries = [len(Client().get("/feeds/reviews.json").json()["items"]) for _ in range(2)]
    erase_review(newsroom, review)
    assert [*entries, len(Client().get("/feeds/reviews.json").json()["items"])] == [1, 1, 0]
