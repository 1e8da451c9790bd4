"""The weekly check of published sources, against a local test site."""

import itertools
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from factcheck.clean_room import door
from factcheck.clean_room.page_decoder import text_of_html
from factcheck.clean_room.refusal import NoAnswer
from factcheck.editorial.captures import source_checks
from factcheck.editorial.captures.fetching import capture
from factcheck.editorial.captures.requests import set_capture
from factcheck.editorial.captures.rights import set_public
from factcheck.editorial.models import Capture, EditorialEvent, Review, WatchedSource
from factcheck.record.formats.quotes import contains_quote
from factcheck.record.models import LogEntry, PublicCapture, SourceCheck
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.local_pages import LocalPages, local_pages
from tests.support.refusals import refused

QUOTE = "Mực nước dâng cao nhất kể từ năm 1999"
WORDS = " ".join(f"từ{number} câu chuyện về trận lũ ở Huế" for number in range(30))
OTHER = " ".join(f"khác{number} bài viết không còn nội dung cũ" for number in range(30))
DAY = timedelta(days=1)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[LocalPages]:
    settings.MEDIA_ROOT = tmp_path / "files"
    with local_pages(monkeypatch) as pages:
        yield pages


def page(text: str = WORDS, quote: str = QUOTE) -> bytes:
    return f"<html><body><article><h1>Lũ ở Huế</h1><p>{text}</p><p>{quote}.</p></article></body></html>".encode()


def show(site: LocalPages, body: bytes, status: int = 200) -> str:
    return site.add("/tin", body, status, Content_Type="text/html; charset=utf-8")


def publish(newsroom: Newsroom, site: LocalPages) -> Review:
    """A published review with a source that has a quote and a copy, and a source without a URL."""
    review = newsroom.make_review()
    source = review.sources.get(position=0)
    source.url, source.quote, source.no_capture_reason = show(site, page()), QUOTE, ""
    source.save()
    row = Capture.objects.create(newsroom=newsroom.publisher, requested_by=newsroom.reporter, url=source.url)
    capture(row)
    row.refresh_from_db()
    assert QUOTE in row.text
    set_capture(source, row)
    review.sources.filter(position=1).update(url="", no_capture_reason="")
    newsroom.publish_review(review)
    return review


def check() -> WatchedSource:
    """A run in which the source is due."""
    source_checks.read_new_sources()
    WatchedSource.objects.update(next_at=timezone.now())
    source_checks.check_sources()
    return WatchedSource.objects.get()


def check_on_the_next_day() -> WatchedSource:
    WatchedSource.objects.exclude(suspected_at=None).update(suspected_at=timezone.now() - DAY)
    return check()


def published_state() -> str:
    return SourceCheck.objects.using("public").get().state


def public_page(path: str = "/captures/{sha256}/") -> bytes:
    row = PublicCapture.objects.get()
    return bytes(Client().get("/en" + path.format(sha256=row.sha256, review_id=row.review_id)).content)


def test_source_stays_as_it_was(newsroom: Newsroom, site: LocalPages) -> None:
    publish(newsroom, site)
    source = check()
    assert (source.state, source.suspected, source.had_quote) == ("unchanged", "", True)
    assert source.checked_at is not None
    assert timedelta(days=6) < source.next_at - timezone.now() < timedelta(days=8)
    assert published_state() == "unchanged"
    show(site, page(WORDS + " Thêm một đoạn mới ở cuối bài.", f"<b>{QUOTE.replace(' ', '  ')}</b>"))
    assert check().state == "unchanged"


@pytest.mark.parametrize(
    ("body", "status", "state"),
    [
        (b"", 404, "gone"),
        (b"", 410, "gone"),
        (page(quote="Câu khác"), 200, "without_quote"),
        (page(OTHER), 200, "changed"),
    ],
)
def test_problem_counts_after_two_days(newsroom, site, body, status, state):
    publish(newsroom, site)
    set_public(capture=Capture.objects.get(), by=newsroom.editor, public=True)
    check()
    entries = LogEntry.objects.count()
    assert (b"Then and now" in public_page()) is False
    show(site, body, status)
    source = check()
    assert (source.state, source.suspected) == ("unchanged", state)
    assert source.next_at - timezone.now() < timedelta(days=1)
    assert check().state == "unchanged"  # on the same day
    assert published_state() == "unchanged"
    source = check_on_the_next_day()
    assert (source.state, source.suspected) == (state, "")
    assert published_state() == state
    words = public_page().decode()
    assert ("Then and now" in words, b"#now" in public_page("/reviews/{review_id}/")) == (state != "gone",) * 2
    removed, added = {"changed": ("câu chuyện", "bài viết"), "without_quote": (QUOTE, "Câu khác"), "gone": ("", "")}[
        state
    ]
    found = [re.findall(rf"<{mark}>.*?</{mark}>", words, re.DOTALL) for mark in ("del", "ins")]
    assert (removed in str(found[0]), added in str(found[1])) == (True, True)
    assert [each.pk for each in WatchedSource.objects.to_check_again([newsroom.publisher.pk])] == [source.pk]
    show(site, page())
    assert check().state == "unchanged"  # it is back
    assert published_state() == "unchanged"
    assert b"Then and now" not in public_page()
    assert LogEntry.objects.count() == entries


def test_host_that_no_longer_exists_is_gone(newsroom: Newsroom, site: LocalPages) -> None:
    publish(newsroom, site)
    site.names["site.example.org"] = [[]]
    check()
    assert check_on_the_next_day().state == "gone"


@pytest.mark.parametrize(("body", "status"), [(b"busy", 503), (b"no", 403), (b"", 200)])
def test_page_that_cannot_be_judged_changes_nothing(newsroom, site, body, status):
    publish(newsroom, site)
    before = check().checked_at
    show(site, body, status)
    source = check()
    assert (source.state, source.suspected, source.checked_at) == ("unchanged", "", before)


def test_quote_that_was_never_found_is_no_problem(newsroom: Newsroom, site: LocalPages) -> None:
    review = newsroom.make_review()
    review.sources.filter(position=0).update(url=show(site, page(quote="")), quote="Chỉ nghe trong video này")
    review.sources.filter(position=1).update(url="")
    newsroom.publish_review(review)
    check()
    source = check_on_the_next_day()
    assert (source.state, source.had_quote) == ("unchanged", False)


def test_run_asks_each_host_once_and_the_week_is_spread(newsroom, site, monkeypatch):
    review = newsroom.make_review(sources=0)
    for number in range(7):
        url = site.add(f"/{number}", page(), Content_Type="text/html")
        review.sources.create(title="Nguồn", url=url, stance="refutes", no_capture_reason="x", position=number)
    newsroom.publish_review(review)
    source_checks.read_new_sources()
    times = sorted(WatchedSource.objects.values_list("next_at", flat=True))
    assert all(
        timedelta(hours=23) < later - earlier < timedelta(hours=25) for earlier, later in itertools.pairwise(times)
    )
    assert source_checks.check_sources() == 0
    WatchedSource.objects.update(next_at=timezone.now())
    site.requests.clear()
    assert source_checks.check_sources() == 1
    assert len(site.requests) == 1
    assert source_checks.check_sources() == 1  # goes on with the next one
    assert WatchedSource.objects.filter(next_at__gt=timezone.now()).count() == 2
    monkeypatch.setattr(source_checks, "SECONDS", 0.0)
    assert source_checks.check_sources() == 0


def test_watching_follows_the_live_revision(newsroom: Newsroom, site: LocalPages) -> None:
    review = publish(newsroom, site)
    check()
    url = site.add("/moi", page(), Content_Type="text/html")
    review.sources.filter(position=0).update(url=url, capture=None, no_capture_reason="x")
    newsroom.correct_review(review)
    assert not SourceCheck.objects.exists()
    assert check().url == url
    assert SourceCheck.objects.get().url == url
    newsroom.withdraw_review(review)
    assert not SourceCheck.objects.exists()
    source_checks.read_new_sources()
    assert not WatchedSource.objects.exists()


def test_erasure_deletes_the_checks(newsroom: Newsroom, site: LocalPages) -> None:
    review = publish(newsroom, site)
    check()
    newsroom.erase_review(review)
    assert not SourceCheck.objects.exists()
    assert not WatchedSource.objects.exists()


def test_accepted_problem_is_quiet_until_the_state_changes(newsroom: Newsroom, site: LocalPages) -> None:
    publish(newsroom, site)
    show(site, b"", 404)
    check()
    source = check_on_the_next_day()
    with refused("not_allowed"):
        source_checks.accept_source(source=source, by=make_newsroom("khac.example").editor)
    source_checks.accept_source(source=source, by=newsroom.reporter)
    assert EditorialEvent.objects.filter(action="review.source_accepted", actor=newsroom.reporter).count() == 1
    with refused("already_done"):
        source_checks.accept_source(source=source, by=newsroom.reporter)
    problems = WatchedSource.objects.to_check_again([newsroom.publisher.pk])
    check()
    assert not problems.all().exists()
    show(site, page(OTHER))
    check()
    assert check_on_the_next_day().state == "changed"
    assert problems.all().count() == 1
    assert WatchedSource.objects.get().accepted_by is None


def test_database_refuses_a_check_of_another_source(newsroom: Newsroom, site: LocalPages) -> None:
    publish(newsroom, site)
    check()
    with pytest.raises(DatabaseError, match="no live review cites it"), transaction.atomic():
        connection.cursor().execute("UPDATE record_sourcecheck SET url = 'https://draft.example/'")
    with pytest.raises(DatabaseError, match="permission denied"):
        WatchedSource.objects.using("public").exists()


def test_private_addresses_are_not_asked(newsroom: Newsroom, site: LocalPages) -> None:
    review = newsroom.make_review()
    review.sources.filter(position=0).update(url="http://127.0.0.1/")
    review.sources.filter(position=1).update(url="")
    newsroom.publish_review(review)
    assert check().checked_at is None
    assert site.connections == []


def test_page_that_breaks_its_check_does_not_hold_up_the_others(newsroom, site, monkeypatch):
    def fetch(url: str) -> None:
        raise RuntimeError(url)

    publish(newsroom, site)
    monkeypatch.setattr(source_checks, "fetch", fetch)
    source = check()
    assert source.next_at > timezone.now() + timedelta(days=6)
    assert source.checked_at is None


@pytest.mark.parametrize("problem", [NoAnswer("no answer"), ConnectionRefusedError(111, "refused")])
def test_check_without_the_clean_room_is_repeated_soon(newsroom, site, monkeypatch, problem):
    """Before, each source that came due while the room was stopped waited for a week."""
    publish(newsroom, site)
    monkeypatch.setattr(door, "_exchange", lambda _pieces: (_ for _ in ()).throw(problem))
    source = check()
    assert source.checked_at is None
    assert source.next_at < timezone.now() + timedelta(hours=2)


def test_quotes_are_compared_as_readers_see_them() -> None:
    text = "Ông nói: «Nước   dâng\u00a0cao» – theo ba\u0301o."
    assert contains_quote(text, "“Nước dâng cao” - theo báo")
    assert contains_quote(text, "Ông nói […] theo báo")
    assert not contains_quote(text, "theo báo … Ông nói")
    assert not contains_quote(text, "Nước rút")
    assert text_of_html("<p>Nước &amp; <b>lũ</b><script>x</script>").split() == ["Nước", "&", "lũ", "x"]


def test_comparison_of_a_page_of_marks_takes_linear_time() -> None:
    began = time.thread_time()
    assert not contains_quote("a" + "\u0300\u0316" * 200_000, QUOTE)
    assert time.thread_time() - began < 5


def test_change_counts_lost_words_only() -> None:
    assert not source_checks.has_changed(WORDS, f"{OTHER} {WORDS} {OTHER}")
    assert source_checks.has_changed(WORDS, OTHER)
    assert not source_checks.has_changed("vài từ", "khác hẳn")
    assert source_checks.has_changed(WORDS, WORDS[: len(WORDS) // 3])


def test_source_that_another_run_begins_to_watch_meanwhile(newsroom: Newsroom, site: LocalPages) -> None:
    """A job of a killed worker runs again, and may run twice at once."""
    review = publish(newsroom, site)

    def insert_first(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and not many:
            execute(sql, parameters, many, context)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(insert_first):
        source_checks.read_new_sources()
    assert WatchedSource.objects.filter(review=review).count() == 1
