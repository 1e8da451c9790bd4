"""A WARC file contains the exact bytes, and web archives can replay it."""

import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from factcheck.editorial.captures.warc import write_warc
from factcheck.tools.http_client import fetch
from tests.support.local_pages import LocalPages, local_pages


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalPages]:
    with local_pages(monkeypatch) as pages:
        yield pages


def odd_page(handler: BaseHTTPRequestHandler) -> None:
    """Headers that a parser would write differently, and chunks."""
    handler.wfile.write(
        b"HTTP/1.1 200 Fine\r\ncontent-TYPE:text/html;charset=utf-8\r\nX-Odd:   a  \r\nX-Odd: \xc4\x91\r\nTransfer-Encoding:"
        b" chunked\r\n\r\n5\r\n<p>xy\r\n4;a=b\r\n</p>\r\n0\r\n\r\n"
    )


def test_bytes_are_exact_and_replayable(site: LocalPages) -> None:
    site.add("/moved", b"", 301, Location="/page")
    site.add("/page", odd_page)
    exchanges = fetch("http://site.example.org/moved")
    content = write_warc(exchanges)
    blocks = [
        (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read())
        for record in ArchiveIterator(BytesIO(content), no_record_parse=True)
    ]
    assert [(kind, url) for kind, url, _ in blocks] == [
        ("warcinfo", None),
        ("response", "http://site.example.org/moved"), ("request", "http://site.example.org/moved"),
        ("response", "http://site.example.org/page"), ("request", "http://site.example.org/page"),
    ]  # fmt: skip
    assert [block for kind, _, block in blocks if kind == "response"] == [each.response for each in exchanges]
    assert [block for kind, _, block in blocks if kind == "request"] == [each.request for each in exchanges]
    assert exchanges[1].response.startswith(
        b"HTTP/1.1 200 Fine\r\ncontent-TYPE:text/html;charset=utf-8\r\nX-Odd:   a  \r\n"
    )
    replayed = [
        (record.http_headers.get_statuscode(), record.content_stream().read())
        for record in ArchiveIterator(BytesIO(content))
        if record.rec_type == "response"
    ]
    assert replayed == [("301", b""), ("200", b"<p>xy</p>")]


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png"])
def test_files_are_kept_whole(site: LocalPages, media_type: str) -> None:
    body = b"%PDF-1.4" + bytes(range(256)) * 1000
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = packed.compress(body) + packed.flush()
    content = write_warc(fetch(site.add("/file", data, Content_Type=media_type, Content_Encoding="gzip")))
    [response] = [
        (record.http_headers.get_header("Content-Type"), record.content_stream().read())
        for record in ArchiveIterator(BytesIO(content))
        if record.rec_type == "response"
    ]
    assert response == (media_type, body)


def test_digests_are_right(site: LocalPages, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [exchange] = fetch(site.add("/page", b"page"))
    file = tmp_path / "page.warc.gz"
    file.write_bytes(write_warc([exchange]))
    Checker(type("Command", (), {"inputs": [str(file)], "verbose": True})).process_all()
    printed = capsys.readouterr().out
    assert printed.count("digest pass") == 3
    assert "fail" not in printed
