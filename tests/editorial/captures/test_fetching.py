"""The worker's part: a waiting capture is done or failed, in time, and never leaves a file without a row."""

import hashlib
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from warcio.archiveiterator import ArchiveIterator

from factcheck.clean_room import door
from factcheck.editorial.captures import fetching
from factcheck.editorial.captures.fetching import TemporaryError, capture
from factcheck.editorial.captures.requests import request_capture
from factcheck.editorial.models import Capture
from factcheck.editorial.tasks import app, capture_page
from factcheck.operations import worker
from factcheck.tools import http_client
from factcheck.tools.http_client import Problem
from tests.editorial.captures.test_page_details import SITE, TEXT, TITLE, page, pdf
from tests.editorial.captures.time_stamp_server import time_stamp_server
from tests.support import clean_room
from tests.support.drafts import Newsroom
from tests.support.local_pages import PUBLIC, LocalPages, local_pages
from tests.support.working import work_off

pytestmark = pytest.mark.one_database


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[LocalPages]:
    settings.MEDIA_ROOT = tmp_path / "files"
    with local_pages(monkeypatch) as pages:
        yield pages


def waiting(newsroom: Newsroom, url: str) -> Capture:
    return Capture.objects.create(newsroom=newsroom.publisher, requested_by=newsroom.reporter, url=url)


def result(newsroom: Newsroom, url: str) -> Capture:
    row = waiting(newsroom, url)
    with suppress(TemporaryError):
        capture(row)
    return Capture.objects.get(pk=row.pk)


def files() -> list[str]:
    return sorted(default_storage.listdir("captures")[1]) if default_storage.exists("captures") else []


def test_page_is_captured(newsroom: Newsroom, site: LocalPages) -> None:
    before = timezone.now()
    site.add("/bai", b"", 301, Location="/tin")
    site.add("/tin", page("utf-8").encode(), Content_Type="text/html")
    row = result(newsroom, "http://site.example.org/bai#doan-2")
    assert (row.state, row.failure, row.status, row.media_type) == ("done", "", 200, "application/warc")
    assert (row.final_url, row.title, row.publisher_name) == ("http://site.example.org/tin", TITLE, SITE)
    assert (row.published_on, row.language) == (date(2024, 3, 5), "vi")
    assert TEXT in row.text
    assert before <= row.captured_at <= timezone.now()
    with row.file.open() as stored:
        content = stored.read()
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert row.file.name == f"captures/{row.pk}.warc.gz"
    kept = [
        each.rec_headers.get_header("WARC-Target-URI")
        for each in ArchiveIterator(BytesIO(content))
        if each.rec_type == "response"
    ]
    assert kept == ["http://site.example.org/bai", "http://site.example.org/tin"]
    assert row.timestamp_token is None


def test_pdf_and_image_are_captured(newsroom: Newsroom, site: LocalPages) -> None:
    site.add("/so-lieu.pdf", pdf(TITLE), Content_Type="application/pdf")
    assert (result(newsroom, "http://site.example.org/so-lieu.pdf").title) == TITLE
    site.add("/anh.png", b"\x89PNG" + bytes(1000), Content_Type="image/png")
    image = result(newsroom, "http://site.example.org/anh.png")
    assert (image.state, image.title, image.text) == ("done", "", "")


def drip(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b"H")
        time.sleep(0.05)


def large(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(bytes(1_000_000))


def test_failures_have_codes(newsroom: Newsroom, site: LocalPages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "fetch", partial(http_client.fetch, seconds=2.0))
    site.names["nobody.example.org"] = [[]]
    site.names["inside.example.org"] = [[PUBLIC, "10.0.0.1"]]
    urls = {
        site.add("/gone", b"", 410): ("gone", 410),
        site.add("/none", b"", 404): ("gone", 404),
        site.add("/forbidden", b"", 403): ("refused", 403),
        site.add("/busy", b"", 429): ("refused", 429),
        site.add("/down", b"", 503): ("server_error", 503),
        site.add("/teapot", b"", 418): ("other_status", 418),
        site.add("/inside", b"", 302, Location="http://127.0.0.1:8000/admin/"): ("not_public", None),
        site.add("/loop", b"", 302, Location="/loop"): ("too_many_redirects", None),
        site.add("/slow", drip): ("timeout", None),
        site.add("/large", large): ("too_large", None),
        "http://nobody.example.org/": ("unknown_host", None),
        "http://inside.example.org/": ("not_public", None),
        "http://169.254.169.254/latest/meta-data/": ("not_public", None),
        "http://site.example.org:9/": ("not_public", None),
    }
    rows = {url: result(newsroom, url) for url in urls}
    assert {url: (row.failure, row.status) for url, row in rows.items()} == urls
    assert {row.state for row in rows.values()} == {"failed"}
    assert files() == []
    assert set(site.connections) == {PUBLIC}


def test_each_problem_of_the_client_has_a_failure() -> None:
    assert {problem.value for problem in Problem} <= set(Capture.Failure.values)


def test_done_capture_is_left_alone(newsroom: Newsroom, site: LocalPages) -> None:
    row = result(newsroom, site.add("/page", page().encode(), Content_Type="text/html"))
    site.pages.clear()
    capture(row)
    assert Capture.objects.get(pk=row.pk).state == "done"
    assert len(site.requests) == 1


def test_file_of_a_killed_run_is_replaced(newsroom: Newsroom, site: LocalPages) -> None:
    row = waiting(newsroom, site.add("/page", page().encode(), Content_Type="text/html"))
    default_storage.save(f"captures/{row.pk}.warc.gz", BytesIO(b"half"))
    capture(row)
    assert files() == [f"{row.pk}.warc.gz"]


def test_error_of_ours_does_not_leave_the_capture_waiting(newsroom, site, monkeypatch):
    def broken(*_: Any) -> bytes:
        raise RuntimeError("broken")

    monkeypatch.setattr(fetching.warc, "write_warc", broken)
    row = waiting(newsroom, site.add("/page", b"page"))
    with pytest.raises(RuntimeError):
        capture(row)
    assert Capture.objects.get(pk=row.pk).failure == "internal"


def test_page_that_cannot_be_parsed_is_still_captured(newsroom, site, monkeypatch):
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    monkeypatch.setattr(door, "SECONDS", 0.01)
    row = result(newsroom, site.add("/page", page().encode(), Content_Type="text/html"))
    assert (row.state, row.title) == ("done", "")


def test_time_stamp_is_stored_and_its_absence_changes_nothing(newsroom, site, settings, tmp_path, monkeypatch):
    url = site.add("/page", page().encode(), Content_Type="text/html")
    with time_stamp_server(tmp_path, monkeypatch, settings) as server:
        stamped = result(newsroom, url)
        assert stamped.timestamp_token
        assert bytes.fromhex(stamped.sha256) in bytes(stamped.timestamp_token)
        server.status = 503
        assert (result(newsroom, url).state, result(newsroom, url).timestamp_token) == ("done", None)


def test_worker_retries_what_may_pass_and_nothing_else(newsroom: Newsroom, site: LocalPages) -> None:
    site.add("/down", b"", 503)
    down, inside = (waiting(newsroom, url) for url in ("http://site.example.org/down", "http://127.0.0.1/"))
    jobs = {capture_page.defer(capture=str(row.pk)): row for row in (down, inside)}
    work_off("captures")
    states = {jobs[job.pk].pk: (job.status, job.attempts) for job in ProcrastinateJob.objects.filter(pk__in=jobs)}
    assert states == {down.pk: ("todo", 1), inside.pk: ("succeeded", 1)}
    site.add("/down", page().encode(), Content_Type="text/html")
    capture(Capture.objects.get(pk=down.pk))  # as the retry does
    down.refresh_from_db()
    assert (down.state, down.failure, down.title) == ("done", "", TITLE)


def test_captures_have_a_queue_of_their_own() -> None:
    assert capture_page.queue == app.tasks["sources.check"].queue == "captures"
    assert worker.QUEUES["captures"] == 3


def test_capture_takes_at_most_a_minute() -> None:
    assert http_client.SECONDS + door.SECONDS + fetching.timestamps.SECONDS < 60


@pytest.mark.prove
def test_ten_addresses_at_once(newsroom: Newsroom, site: LocalPages, database: str) -> None:
    """The worker's queue: good pages are done although a dead site, a large page, a bomb and a redirect inside wait too."""
    site.names["nobody.example.org"] = [[]]
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packed.compress(bytes(200_000_000)) + packed.flush()
    good = [site.add(f"/tin/{number}", page("utf-8").encode(), Content_Type="text/html") for number in range(5)]
    good.append(site.add("/so-lieu.pdf", pdf(TITLE), Content_Type="application/pdf"))
    bad = {
        "http://nobody.example.org/": "unknown_host",
        site.add("/inside", b"", 302, Location="http://127.0.0.1:8000/admin/"): "not_public",
        site.add("/large", large): "too_large",
        site.add("/bomb", bomb, Content_Encoding="gzip"): "too_large",
    }
    rows = [request_capture(url=url, newsroom=newsroom.publisher, by=newsroom.reporter) for url in (*good, *bad)]
    began = time.monotonic()
    work_off("captures")
    seconds = time.monotonic() - began
    found = {row.url: (row.state, row.failure or row.title) for row in Capture.objects.all()}
    assert len(rows) == 10
    assert found == dict.fromkeys(good, ("done", TITLE)) | {url: ("failed", failure) for url, failure in bad.items()}
    assert set(site.connections) == {PUBLIC}
    print(f"10 addresses in {seconds:.1f} s")
    assert seconds < 60
