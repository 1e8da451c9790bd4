"""Nothing of a file is kept before its sender is known, and an account and a newsroom have a bounded room for files."""

import json
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files import uploadhandler
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from factcheck.editorial.captures import fetching
from factcheck.editorial.captures.requests import request_capture
from factcheck.editorial.models import Capture, Picture
from factcheck.editorial.pictures import add_media
from tests.security.test_slow_readers import proxy
from tests.support.drafts import Newsroom, make_user
from tests.support.granian import free_port, granian
from tests.support.refusals import refused
from tests.support.serving import served
from tests.support.waiting import begin_until_it_waits

pytestmark = pytest.mark.one_database

PICTURE, CAPTURE, ALLOWED = (f"/admin/editorial/{each}/" for each in ("picture/upload", "capture/upload", "uploads"))
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00"
MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000  # larger files are stored in a temporary file
    return settings.MEDIA_ROOT


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that forms have put into temporary files."""
    names: list[str] = []

    class Kept(uploadhandler.TemporaryUploadedFile):
        def __init__(self, name: str, *args: Any) -> None:
            names.append(name)
            super().__init__(name, *args)

    monkeypatch.setattr(uploadhandler, "TemporaryUploadedFile", Kept)
    return names


def form(**rows: Any) -> dict[str, Any]:
    return {**rows, "file": SimpleUploadedFile("x.mp4", MP4 + bytes(5000))}


def logged_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "path", [PICTURE, CAPTURE, "/admin/login/", "/admin/", "/en/tips/", "/en/search/", "/api/v1/tips/"]
)
def test_strangers_leave_no_file(newsroom: Newsroom, kept: list[str], path: str, database: str) -> None:
    token = Client().get("/admin/login/").cookies["csrftoken"].value
    for cookies in ({"csrftoken": token}, {"csrftoken": token, "sessionid": "x" * 32}):
        client = Client(enforce_csrf_checks=True)
        client.cookies.load(cookies)
        response = client.post(path, form(), headers={"X-CSRFToken": token})
        assert response.status_code == 403 if "upload" in path else response.status_code < 500
    outsider = logged_in(make_user("outsider"))
    assert (
        outsider.post(PICTURE, form()).json()["error"].startswith("The file wasn’t stored, because you aren’t logged")
    )
    assert kept == []


def test_member_without_a_second_factor_leaves_no_file(newsroom: Newsroom, kept: list[str], settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    claim = newsroom.make_claim()
    assert logged_in(newsroom.reporter).post(PICTURE, form(claim=claim.pk)).status_code == 403
    assert kept == []


def test_forms_that_expect_no_file_drop_it(newsroom: Newsroom, kept: list[str]) -> None:
    claim = newsroom.make_claim()
    client = logged_in(newsroom.reporter)
    assert client.post(f"/admin/editorial/claim/{claim.pk}/change/", form()).status_code in (200, 403)
    assert kept == []
    assert client.post(PICTURE, form(claim=claim.pk)).status_code == 200
    assert kept == ["x.mp4"]


def test_proxy_is_told_who_may_upload(newsroom: Newsroom, settings: Any) -> None:
    client = logged_in(newsroom.reporter)
    assert client.get(ALLOWED).status_code == 204
    for language, sentence in (("en", "The file wasn’t stored"), ("vi", "Tệp chưa được lưu")):
        refused = Client().get(ALLOWED, headers={"Accept-Language": language})
        assert (refused.status_code, refused.headers["Refusal"]) == (403, refused.content.decode())
        assert json.loads(refused.headers["Refusal"])["error"].startswith(sentence)
    settings.ACCOUNT_QUOTA = -1
    assert client.get(ALLOWED).status_code == 403


def test_account_has_a_bounded_room(newsroom: Newsroom, settings: Any, kept: list[str], database: str) -> None:
    claim, other = newsroom.make_claim(), newsroom.make_claim()
    client = logged_in(newsroom.reporter)
    settings.ACCOUNT_QUOTA = 6000
    assert client.post(PICTURE, form(claim=claim.pk)).status_code == 200
    kept.clear()
    response = client.post(PICTURE, {"claim": claim.pk, "file": SimpleUploadedFile("y.mp4", MP4 + b"1" * 5000)})
    assert (response.status_code, Picture.objects.count()) == (422, 1)
    assert "the files of your account would take more than 5.9\xa0KB. Ask the operator" in response.json()["error"]
    large = client.post(PICTURE, {"claim": claim.pk, "file": SimpleUploadedFile("y.mp4", MP4 + b"1" * 200_000)})
    assert (large.status_code, kept) == (403, ["y.mp4"]), "the large file isn't read"
    source = newsroom.make_review(claim).sources.all()[0]
    pdf = {"source": source.pk, "file": SimpleUploadedFile("x.pdf", b"%PDF-1.7\n" + bytes(5000))}
    assert client.post(CAPTURE, pdf).status_code == 400
    assert not Capture.objects.filter(state="done").exists()
    settings.ACCOUNT_QUOTA = 10_100
    assert client.post(PICTURE, form(claim=other.pk)).status_code == 200, "the same file is stored once"
    assert logged_in(newsroom.second).post(PICTURE, form(claim=claim.pk)).status_code == 200


def test_two_uploads_at_a_time_do_not_both_take_the_last_room(newsroom: Newsroom, settings: Any, database: str) -> None:
    claim, by = newsroom.make_claim(), newsroom.reporter
    settings.ACCOUNT_QUOTA = 6000
    with transaction.atomic():
        add_media(claim=claim, file=ContentFile(MP4 + bytes(5000)), by=by)
        second = begin_until_it_waits(lambda: add_media(claim=claim, file=ContentFile(MP4 + b"1" * 5000), by=by))
    with refused("over_quota"):
        second.result(timeout=30)


def test_newsroom_has_a_bounded_room(newsroom: Newsroom, settings: Any, storage: Path, database: str) -> None:
    claim = newsroom.make_claim()
    settings.NEWSROOM_QUOTA = 6000
    assert logged_in(newsroom.reporter).post(PICTURE, form(claim=claim.pk)).status_code == 200
    file = SimpleUploadedFile("y.mp4", MP4 + b"1" * 5000)
    response = logged_in(newsroom.second).post(PICTURE, {"claim": claim.pk, "file": file})
    assert response.status_code == 422
    assert "the files of your newsroom would take more than" in response.json()["error"]
    assert len([each for each in storage.rglob("*") if each.is_file()]) == 1


def test_copy_of_a_page_needs_room(newsroom: Newsroom, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = request_capture(url="https://source.example/1", newsroom=newsroom.publisher, by=newsroom.reporter)
    settings.NEWSROOM_QUOTA = 10
    exchange = type("Exchange", (), {"status": 200})
    monkeypatch.setattr(fetching, "fetch", lambda _url: [exchange])
    monkeypatch.setattr(
        fetching, "_store", lambda capture, _exchanges: fetching._write(capture, b"01234567890", size=11)
    )
    fetching.capture(capture)
    capture.refresh_from_db()
    assert (capture.state, capture.failure, capture.size, bool(capture.file)) == ("failed", "full", None, False)


def start_upload(address: str, path: str, size: int, sent: bytes, **headers: str) -> HTTPConnection:
    """Announce a form of this size, and send only the beginning of it."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest("POST", path)
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(size), **headers}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(sent)
    return connection


def part(name: str, content: bytes, disposition: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{disposition}\r\n\r\n'.encode() + content + b"\r\n"


def kept_bytes(nginx: Path, temporary: Path) -> list[int]:
    """The sizes of the files that nginx's worker has opened for bodies and deleted, and of the site's temporary files."""
    master = (nginx / "pid").read_text().strip()
    [worker] = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    opened = [
        each for each in Path(f"/proc/{worker}/fd").iterdir() if str(nginx / "client_body") in str(each.readlink())
    ]
    return [each.stat().st_size for each in (*opened, *temporary.rglob("*"))]


FILE = part("file", bytes(2 * MEGABYTE), '; filename="x"')[:-2]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    (folder := tmp_path / "temporary").mkdir()
    return folder


@pytest.mark.prove
def test_anonymous_connections_leave_nothing_on_disk(template: str, tmp_path: Path, temporary: Path) -> None:
    """Five connections announce 50 MB each and get an answer before they have sent them, with and without a proxy."""
    (place := tmp_path / "nginx").mkdir()
    (tmp_path / "dumps").mkdir()
    with granian(TMPDIR=str(temporary)) as site, proxy(site, tmp_path / "dumps", place) as through:
        for address, statuses in ((through, {403, 429}), (site, {403})):
            for path in (PICTURE, CAPTURE):
                with ExitStack() as open_:
                    cookies = ("", "sessionid=" + "x" * 32)
                    connections = [
                        open_.enter_context(
                            closing(start_upload(address, path, 50 * MEGABYTE, FILE, Cookie=cookies[number % 2]))
                        )
                        for number in range(5)
                    ]
                    answers = [connection.getresponse() for connection in connections]
                    assert {each.status for each in answers} <= statuses
                    assert all(json.loads(each.read())["error"] for each in answers)
                    assert kept_bytes(place, temporary) == []
        with closing(start_upload(through, "/admin/login/", 50 * MEGABYTE, FILE)) as connection:
            assert connection.getresponse().status == 413
        with closing(start_upload(site, "/admin/login/", 50 * MEGABYTE, FILE)) as connection:
            assert connection.getresponse().status == 403
        assert kept_bytes(place, temporary) == []


@pytest.mark.prove
def test_upload_while_the_desk_is_away_is_answered_with_its_page(tmp_path: Path) -> None:
    (place := tmp_path / "nginx").mkdir()
    with proxy(f"http://127.0.0.1:{free_port()}", tmp_path, place) as through:
        for path in (PICTURE, CAPTURE):
            with closing(start_upload(through, path, MEGABYTE, b"")) as connection:
                answer = connection.getresponse()
                assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
                assert "starting again" in answer.read().decode()


@pytest.fixture
def editors_headers(newsroom: Newsroom) -> dict[str, str]:
    client = logged_in(newsroom.reporter)
    token = client.get("/admin/password_change/").cookies["csrftoken"].value
    session = client.cookies["sessionid"].value
    return {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}


@pytest.mark.prove
def test_editor_uploads_through_the_proxy(newsroom, editors_headers, tmp_path, settings):
    claim = newsroom.make_claim()
    (place := tmp_path / "nginx").mkdir()
    rest = b"\r\n" + part("claim", str(claim.pk).encode()) + b"--b--\r\n"
    whole = part("file", MP4 + bytes(4 * MEGABYTE), '; filename="x"')[:-2]
    size = len(whole) + len(rest)
    with served() as site, proxy(site, tmp_path, place) as through, ExitStack() as open_:

        def upload(sent: bytes, path: str = PICTURE, size: int = size) -> HTTPConnection:
            return open_.enter_context(closing(start_upload(through, path, size, sent, **editors_headers)))

        first, second = upload(whole), upload(whole)
        deadline = time.monotonic() + 60
        while len(kept_bytes(place, tmp_path / "none")) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)  # until both are being read
        third = upload(whole).getresponse()
        assert (third.status, "two files" in json.loads(third.read())["error"]) == (429, True)
        for connection in (first, second):
            connection.send(rest)
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["size"]) == (200, len(MP4) + 4 * MEGABYTE)
        large = upload(b"", CAPTURE, 60 * MEGABYTE).getresponse()
        assert (large.status, "too large" in json.loads(large.read())["error"]) == (413, True)
        settings.ACCOUNT_QUOTA = 4 * MEGABYTE
        full = upload(whole).getresponse()
        assert (full.status, "the files of your account" in json.loads(full.read())["error"]) == (403, True)
    assert Picture.objects.count() == 1
