"""A 304 that is given before any view is asked: only while the log says that nothing has changed."""

import pytest
from django.db import OperationalError, connections
from django.test import Client

from api import responses, unchanged
from api.views.reviews import ReviewDetail
from tests.drafts import make_newsroom, make_review, publish_review


@pytest.fixture(autouse=True)
def nothing_remembered():
    unchanged._sent.clear()


@pytest.fixture
def newsroom(database):
    return make_newsroom()


@pytest.fixture
def review(newsroom):
    review = make_review(newsroom)
    publish_review(newsroom, review)
    return review


def ask(address: str, etag: str, **headers: str):
    return Client().get(address, headers={"If-None-Match": etag, **headers})


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
    assert dict(again.headers) == dict(first.headers)
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
    monkeypatch.setattr(unchanged, "SECONDS", -1)
    assert ask(address, etag).status_code == 304
    forbid_views(monkeypatch)
    assert ask(address, etag).status_code == 500


def test_searches_are_not_remembered(review):
    etag = Client().get("/api/v1/reviews/?q=flood")["ETag"]
    assert ask("/api/v1/reviews/?q=flood", etag).status_code == 304
    assert unchanged._sent == {}


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
