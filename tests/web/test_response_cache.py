"""Responses that are remembered until the log, the checks or the captures change. An erasure takes effect at once."""

import re

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factcheck.record.evidence.source_checks import store_check
from factcheck.web import response_cache

ONE = 1  # query, for the newest version


def get(path: str, **headers: str):
    return Client().get(path, headers=headers)


def queries_of(path: str, **headers: str) -> int:
    with CaptureQueriesContext(connections["public"]) as queries:
        get(path, **headers)
    return len(queries)


def headers_of(response) -> dict[str, str]:
    """All but the request's own id."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}


@pytest.fixture
def etag(live) -> str:
    return get(f"/api/v1/reviews/{live.pk}/")["ETag"]


PATHS = [
    "/api/v1/reviews/",
    "/api/v1/claims/?language=vi&page_size=3",
    "/api/v1/reviews/{review.pk}/",
    "/api/v1/claims/{review.claim_id}/",
    "/feeds/reviews.atom?language=vi&content=full",
    "/feeds/reviews.json",
    "/feeds/corrections.rss?class=substantive",
    "/en/reviews/{review.pk}/",
    "/en/reviews/{review.pk}/revisions/1/",
]


def test_second_response_takes_one_query(newsroom, live):
    newsroom.correct_review(live, summary="Sai. Khác.")
    for path in (path.format(review=live) for path in PATHS):
        first = get(path)
        assert queries_of(path) == ONE
        again = get(path)
        assert (again.status_code, again.content, headers_of(again)) == (200, first.content, headers_of(first))
        assert str(live.pk).encode() in again.content or str(live.claim_id).encode() in again.content
        head = Client().head(path)
        assert (head.status_code, head.content, headers_of(head)) == (200, b"", headers_of(first))


@pytest.mark.parametrize("path", ["/api/v1/reviews/{review.pk}/", "/feeds/reviews.json", "/en/reviews/{review.pk}/"])
def test_client_with_the_content_gets_a_304(live, path):
    path = path.format(review=live)
    first = get(path)
    again = [get(path, If_None_Match=first["ETag"]) for _ in range(2)]
    assert queries_of(path, If_None_Match=first["ETag"]) == ONE
    assert [(each.status_code, each.content, each["ETag"]) for each in again] == [(304, b"", first["ETag"])] * 2
    assert "Content-Length" not in again[0] or path.startswith("/en/")


def test_304_of_the_api_names_the_newest_entry(newsroom, live, etag):
    path = f"/api/v1/reviews/{live.pk}/"
    assert get(path, If_None_Match=etag)["Factcheck-Head"] == "0"
    newsroom.publish_new()
    again = get(path, If_None_Match=etag)
    assert (again.status_code, again["Factcheck-Head"]) == (304, "1")


def test_other_requests_have_their_own_response(live, etag):
    path = f"/api/v1/reviews/{live.pk}/"
    response_cache.forget_responses()
    assert "Cookie" not in get(path, Cookie="sessionid=x")["Vary"]
    for _ in range(2):
        assert "Cookie" not in get(path)["Vary"]
        assert get(path, If_None_Match='"other"').status_code == 200
        assert get(f"{path}?x=1", If_None_Match=etag).status_code == 400
        assert get(path, Accept="text/html").status_code == 406
        assert get(path, Host="other.example").status_code == 400
        assert get(path)["Access-Control-Allow-Origin"] == "*"


def test_page_is_remembered_for_each_language(live):
    path = f"/reviews/{live.pk}/"
    for language, words in (("en", "Conclusion of"), ("vi", "Kết luận của")) * 2:
        assert (words in get(path, Accept_Language=language).content.decode()) == (language == "vi")


def test_response_is_forgotten_after_a_minute(live, monkeypatch):
    monkeypatch.setattr(response_cache, "MAX_AGE", -1)
    path = f"/en/reviews/{live.pk}/revisions/1/"
    assert queries_of(path) == queries_of(path) > ONE


@pytest.mark.parametrize(
    "path", ["/api/v1/reviews/?q=flood", "/api/v1/reviews/?count=true", "/feeds/reviews.atom?q=flood"]
)
def test_search_is_never_remembered(live, path):
    assert queries_of(path) > ONE
    assert queries_of(path) > ONE


def test_api_follows_the_log(newsroom, live):
    path, feed = f"/api/v1/reviews/{live.pk}/", "/feeds/reviews.json"
    etag = get("/api/v1/reviews/")["ETag"]
    other = newsroom.publish_new()
    assert get("/api/v1/reviews/", If_None_Match=etag).status_code == 200
    assert [len(get(feed).json()["items"]) for _ in range(2)] == [2, 2]
    newsroom.erase_review(other)
    assert [len(get(feed).json()["items"]), len(get("/api/v1/reviews/").json()["results"])] == [1, 1]
    assert ["claim" in get(path).json() for _ in range(2)] == [True, True]
    newsroom.withdraw_review(live)
    assert get(path).json()["revision"]["kind"] == "withdrawal"


def test_page_follows_the_log_and_the_checks(newsroom, live):
    def text() -> str:
        return get(f"/reviews/{live.pk}/").content.decode()

    assert "Still available" not in text()
    now = timezone.now()
    store_check(live.pk, "https://source.example/1", state="unchanged", checked_at=now, since=now)
    assert "Still available and unchanged" in text()
    newsroom.publish_new(live.claim, summary="Một bài khác.")
    assert "Một bài khác." in text()
    newsroom.correct_review(live, headline="Tựa đề mới")
    assert "Tựa đề mới" in text()
    newsroom.withdraw_review(live)
    assert "This review has been withdrawn" in text()
    newsroom.erase_review(live)
    assert "Tựa đề mới" not in text()
    assert "This text has been erased" in text()


def test_erased_text_leaves_the_memory_with_the_next_response(newsroom, live):
    other = newsroom.publish_new(headline="Zwielicht")
    get("/api/v1/reviews/"), get(f"/en/reviews/{other.pk}/")
    assert "Zwielicht" in repr(vars(response_cache))
    newsroom.erase_review(other)
    get("/api/v1/claims/")  # nobody asks for the other URLs again
    assert "Zwielicht" not in repr(vars(response_cache))


def test_remembered_requests_are_counted(live, settings, tmp_path):
    settings.API_RATE_LIMIT, settings.REQUEST_COUNTS = "600/min", tmp_path / "counts"
    sent = [get("/api/v1/reviews/") for _ in range(3)]
    assert [each["RateLimit"].partition(";t=")[0] for each in sent] == [
        f'"reading";r={left}' for left in (599, 598, 597)
    ]


def test_memory_is_bounded(live, monkeypatch):
    """URLs count too, because a URL can be as long as its response. Two of these requests are too large."""
    monkeypatch.setattr(response_cache, "MAX_BYTES", 4000)
    publishers = "&".join(f"publisher=n{number:03}.example" for number in range(99))  # about 2,300 characters
    for size in range(1, 6):
        get(f"/api/v1/reviews/?page_size={size}&{publishers}")
        assert {*re.findall(r"page_size=\d", repr(vars(response_cache)))} == {f"page_size={size}"}
    monkeypatch.setattr(response_cache, "MAX_BYTES", 9)
    get(f"/api/v1/reviews/?page_size=9&{publishers}")
    assert "page_size" not in repr(vars(response_cache))


def test_database_that_is_away_is_a_problem(live, etag, monkeypatch):
    def away(*_: object):
        raise OperationalError("away")

    monkeypatch.setattr("api.middleware.newest_sequence", away)
    monkeypatch.setattr("api.views.reviews.find_review", away)
    response = get(f"/api/v1/reviews/{live.pk}/", If_None_Match=etag)
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
