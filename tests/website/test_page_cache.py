"""A page that has been rendered before, and everything that makes it new."""

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factcheck.record.source_checks import store_check
from factcheck.website import page_cache
from tests.drafts import Newsroom, correct_review, erase_review, make_review, publish_review, withdraw_review

READ_VERSION = 1


def queries_of(path: str, language: str = "en") -> int:
    with CaptureQueriesContext(connections["public"]) as queries:
        Client().get(path, headers={"accept-language": language})
    return len(queries)


def text_of(path: str, language: str = "en") -> str:
    return Client().get(path, headers={"accept-language": language}).content.decode()


def test_page_is_rendered_once_for_each_language(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    publish_review(newsroom, review)
    path = f"/reviews/{review.pk}/"
    first = text_of(path)
    assert queries_of(path) == READ_VERSION
    assert text_of(path) == first
    assert queries_of(path, "vi") > READ_VERSION
    assert "Kết luận của" in text_of(path, "vi")
    assert Client().get(path).headers["ETag"] == Client().get(path).headers["ETag"]


def test_page_follows_the_log_and_the_checks(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    publish_review(newsroom, review)
    path = f"/reviews/{review.pk}/"
    assert "Still available" not in text_of(path)
    now = timezone.now()
    store_check(review.pk, "https://source.example/1", state="unchanged", checked_at=now, since=now)
    assert "Still available and unchanged" in text_of(path)
    other = make_review(newsroom, review.claim, headline="Một bài khác")
    publish_review(newsroom, other)
    assert "Một bài khác" in text_of(path)
    correct_review(newsroom, review, headline="Tựa đề mới")
    assert "Tựa đề mới" in text_of(path)
    withdraw_review(newsroom, review)
    assert "This review has been withdrawn" in text_of(path)
    erase_review(newsroom, review)
    assert "Tựa đề mới" not in text_of(path)
    assert "This text has been erased" in text_of(path)


def test_large_pages_are_not_cached(newsroom: Newsroom) -> None:
    review = make_review(newsroom, body="Nước dâng. " * (page_cache.MAX_SIZE // 10))
    publish_review(newsroom, review)
    path = f"/reviews/{review.pk}/"
    assert queries_of(path) == queries_of(path) > READ_VERSION
