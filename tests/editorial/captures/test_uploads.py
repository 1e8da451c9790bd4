"""An editor's own captures: their kind is found in the bytes, their size is bounded, and their hash is that of the file."""

import gzip
import json
import resource
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factcheck.clean_room import door, program
from factcheck.clean_room.file_kinds import find_kind
from factcheck.clean_room.refusal import NoAnswer, NotDecoded
from factcheck.editorial.captures import uploads
from factcheck.editorial.models import Capture, Source
from factcheck.record.formats.canonical import sha256_hex
from tests.journeys.browser import signed_in
from tests.support import clean_room
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.evidence import PAGE, make_wacz, names_in

UPLOAD = "/admin/editorial/capture/upload/"
FILES = {
    "png": b"\x89PNG\r\n\x1a\nx", "jpg": b"\xff\xd8\xff\xe0x", "webp": b"RIFF\0\0\0\0WEBPVP8 ", "pdf": b"%PDF-1.7\n",
    "warc": b"WARC/1.1\r\n", "warc.gz": gzip.compress(b"WARC/1.1\r\n"), "html": b"\xef\xbb\xbf \n<!-- x --><HTML>",
    "mhtml": b"From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n", "wacz": make_wacz(),
}  # fmt: skip
OTHERS = [
    b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'>", b"MZ\x90\0", b"PK\x03\x04 not a zip", gzip.compress(b"hello", mtime=0),
    b"\x1f\x8b broken", b"hello", b"RIFF\0\0\0\0WAVE", b"x<html>", b"<!--", b"",
]  # fmt: skip


@pytest.mark.parametrize("ending", FILES)
def test_kind_is_found_in_the_bytes(ending: str) -> None:
    kind = find_kind(FILES[ending])
    assert kind is not None
    assert kind.ending == ending


@pytest.mark.parametrize("content", OTHERS)
def test_other_kinds_are_refused(content: bytes) -> None:
    assert find_kind(content) is None


@pytest.mark.prove
def test_long_list_of_members_is_read_within_the_limits_of_the_clean_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    members = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *[0] * 7, 1, *[0] * 6) + b"a"
    count, start = 1_000_000, b"PK\x03\x04" + bytes(26)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count % 2**16, count % 2**16, count * len(members), len(start), 0
    )
    before = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    with suppress(NotDecoded, NoAnswer):
        assert door.decode("upload", start + members * count + end)["kind"] is None
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, program.MEMORY // 1024)


def send(client: Client, content: bytes, name: str = "<script>.exe", **row: Any) -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), **row})


def test_upload_becomes_the_capture_of_a_source(newsroom: Newsroom, storage: Path) -> None:
    source = newsroom.make_review().sources.all()[0]
    client = signed_in(newsroom.reporter).client
    client.handler.enforce_csrf_checks = False
    answer = send(client, PAGE, source=source.pk)
    assert answer.status_code == 200
    capture = Capture.objects.get()
    said = json.loads(answer.content)
    assert said == {"id": str(capture.pk), "state": "done"}
    assert (capture.sha256, capture.size) == (sha256_hex(PAGE), len(PAGE))
    assert (capture.media_type, capture.origin, capture.is_public) == ("text/html", "editor", False)
    assert Source.objects.get(pk=source.pk).capture == capture
    assert names_in(storage) == [f"captures/{capture.pk}.html"]
    assert capture.title == "The river"
    assert "The water rose" in capture.text
    again = send(client, FILES["png"], appearance=source.review.claim.appearances.get().pk)
    assert json.loads(again.content)["state"] == "done"


def test_upload_without_a_csrf_token_is_refused(newsroom: Newsroom, storage: Path) -> None:
    source = newsroom.make_review().sources.all()[0]
    client = signed_in(newsroom.reporter).client
    client.handler.enforce_csrf_checks = True
    for path in (UPLOAD, "/admin/editorial/picture/upload/"):
        assert client.post(path, {"file": SimpleUploadedFile("x", PAGE), "source": source.pk}).status_code == 403
    assert names_in(storage) == []
    assert not Capture.objects.exists()


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_useless_file_is_refused_with_a_sentence(newsroom: Newsroom, storage: Path, content: bytes) -> None:
    client = signed_in(newsroom.reporter).client
    client.handler.enforce_csrf_checks = False
    answer = send(client, content, source=newsroom.make_review().sources.all()[0].pk)
    assert answer.status_code == 400
    assert "Upload" in answer.json()["error"] or "upload" in answer.json()["error"]
    assert names_in(storage) == []


def test_large_file_is_refused_before_it_is_read(newsroom, storage, monkeypatch):
    client = signed_in(newsroom.reporter).client
    client.handler.enforce_csrf_checks = False
    source = newsroom.make_review().sources.all()[0]
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 10)
    assert send(client, PAGE, source=source.pk).status_code == 400
    length = {"CONTENT_LENGTH": str(60_000_000)}
    answer = client.post(UPLOAD, b"x", content_type="multipart/form-data; boundary=x", **length)
    assert answer.status_code == 413
    assert names_in(storage) == []


def test_upload_needs_the_token_and_the_right_person(newsroom: Newsroom, storage: Path) -> None:
    review = newsroom.make_review()
    source = review.sources.all()[0]
    assert send(signed_in(newsroom.reporter).client, PAGE, source=source.pk).status_code == 403  # without a token
    stranger, colleague = signed_in(make_newsroom("other.example").chief), signed_in(newsroom.second)
    for browser in (stranger, colleague):
        browser.client.handler.enforce_csrf_checks = False
    assert send(stranger.client, PAGE, source=source.pk).status_code == 404
    for row in ({}, {"source": "x"}, {"appearance": "9" * 30}, {"source": 10**9}):
        assert send(colleague.client, PAGE, **row).status_code == 404
    newsroom.publish_review(review)
    answer = send(colleague.client, PAGE, source=source.pk)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Only the sources of a draft can be changed. Open a correction first."},
    )
    assert names_in(storage) == []


@pytest.mark.parametrize("answers", [0, 1])
def test_upload_without_the_clean_room_is_told(
    newsroom: Newsroom, storage: Path, monkeypatch: pytest.MonkeyPatch, answers: int
) -> None:
    """Also if the room is stopped after it has recognised the kind. Before, this was a status 500."""
    kinds = iter([b'{"kind": "pdf"}'] * answers)

    def closed(_pieces: Any) -> bytes:
        for kind in kinds:
            return kind
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(door, "_exchange", closed)
    source = newsroom.make_review().sources.all()[0]
    client = signed_in(newsroom.reporter).client
    client.handler.enforce_csrf_checks = False
    answer = send(client, FILES["pdf"], source=source.pk)
    assert answer.status_code == 400
    assert "read files at the moment" in answer.json()["error"]
    assert not Capture.objects.filter(origin="editor").exists()
    assert names_in(storage) == []


@pytest.mark.parametrize("answer", [b'{"kind": "../x"}', b'{"kind": ["pdf"]}'])
def test_kind_that_the_site_does_not_know_is_refused(
    newsroom: Newsroom, storage: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """Code that controls the decoder can't choose the file's name."""
    monkeypatch.setattr(door, "_exchange", lambda pieces: answer)
    source = newsroom.make_review().sources.all()[0]
    client = signed_in(newsroom.reporter).client
    client.handler.enforce_csrf_checks = False
    assert send(client, FILES["pdf"], source=source.pk).status_code == 400
    assert names_in(storage) == []
