"""Details that are read from pages: Vietnamese in any encoding, PDFs, and hostile files that end in time and in memory."""

import io
import resource
import time
import unicodedata
import zlib
from datetime import date

import pytest
from pypdf import PdfWriter

from factcheck.clean_room import door, program
from factcheck.editorial.captures import page_details
from factcheck.editorial.captures.page_details import PageDetails, read_details
from tests.support import clean_room

URL = "https://bao.example.vn/2024/tin-gia.html"
TITLE, SITE = "Sự thật về “vắc xin” ở Huế", "Báo Kiểm Chứng"
TEXT = "Bộ Y tế khẳng định thông tin này là sai sự thật, và đề nghị người dân không chia sẻ."


def page(charset: str = "", text: str = TEXT, head: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return (
        f'<!doctype html><html lang="vi-VN"><head>{meta}<title>{TITLE} - {SITE}</title><meta property="og:title"'
        f' content="{TITLE}"><meta property="og:site_name" content="{SITE}"><meta property="article:published_time"'
        f' content="2024-03-05T08:00:00+07:00">{head}</head><body><nav>Trang chủ</nav><article><h1>{TITLE}</h1>'
        f"<p>{text}</p><p>{text}</p></article></body></html>"
    )


def in_windows_1258(text: str) -> bytes:
    """Windows-1258 has letters with hats and horns, and tones as marks after the letter."""
    out = b""
    for character in text:
        try:
            out += character.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", character)
            marks = [mark for mark in parts[1:] if mark in "\u0302\u0306\u031b"]
            tones = [mark for mark in parts[1:] if mark not in marks]
            out += (unicodedata.normalize("NFC", parts[0] + "".join(marks)) + "".join(tones)).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (page().encode(), "text/html; charset=utf-8"),
        (page("utf-8").encode(), "text/html"),
        (page().encode(), "text/html"),
        (page("utf-8").encode("utf-8-sig"), ""),
        (page("utf-8").encode("utf-16"), "text/html"),
        (unicodedata.normalize("NFD", page("utf-8")).encode(), "text/html"),
        (in_windows_1258(page("windows-1258")), "text/html"),
        (in_windows_1258(page()), "text/html; charset=windows-1258"),
    ],
    ids=["header", "meta", "nothing", "BOM", "UTF-16", "NFD", "1258 meta", "1258 header"],
)
def test_vietnamese_page(body: bytes, content_type: str) -> None:
    details = read_details(body, content_type, URL)
    assert (details.title, details.publisher_name, details.published_on, details.language) == (
        TITLE, SITE, date(2024, 3, 5), "vi",
    )  # fmt: skip
    assert details.text.splitlines()[-1] == TEXT
    assert unicodedata.is_normalized("NFC", details.text)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2023-12-24"}</script>', date(2023, 12, 24)),
        ('<meta name="date" content="2023-12-24">', date(2023, 12, 24)),
        ("", None),
    ],
)  # fmt: skip
def test_date_comes_from_the_markup_only(head: str, expected: date | None, monkeypatch: pytest.MonkeyPatch) -> None:
    html = f"<html><head><title>T</title>{head}</head><body><p>On 3 May 2019, the minister said so.</p></body></html>"
    assert read_details(html.encode(), "text/html", "https://news.example.org/a").published_on == expected


def test_page_without_anything() -> None:
    assert read_details(b"", "text/html", URL) == PageDetails()
    assert read_details(b"   ", "text/html", URL).title == ""
    assert read_details(b"\x89PNG\r\n", "image/png", URL) == PageDetails()
    assert read_details(b"Plain text\r\n", "text/plain", URL).text == "Plain text"


def test_long_title_is_shortened() -> None:
    details = read_details(f"<title>{'dài ' * 500}</title><p>x</p>".encode(), "text/html", URL)
    assert len(details.title) == page_details.MAX_TITLE
    assert details.title.endswith("…")


def pdf(title: str, pages: int = 1) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": title})
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream", "text/html"])
def test_pdf(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_details(pdf(TITLE), content_type, URL).title == TITLE


def test_broken_pdf_has_no_details() -> None:
    assert read_details(pdf(TITLE)[:200], "application/pdf", URL) == PageDetails()


NESTED = b"<div>" * 200_000
MANY = b"<p>x<b>y" * 600_000
ENTITIES = b"<!DOCTYPE html [<!ENTITY a 'x'>" + b"".join(
    f"<!ENTITY a{n} '{'&a;' if n == 0 else f'&a{n - 1};' * 10}'>".encode() for n in range(20)
) + b"]><html><body>&a19;</body></html>"  # fmt: skip
META = b"<html><head>" + b'<meta property="og:title" content="x">' * 120_000 + b"</head></html>"
SCRIPT = b'<script type="application/ld+json">' + b'[{"@type":' * 400_000 + b"</script>"
ATTRIBUTES = b"<p " + b" ".join(f"a{n}=1".encode() for n in range(400_000)) + b">"
SPACES = b"<html><title>" + b" " * 4_000_000 + b"</title><p>" + b"2024-01-" * 100_000 + b"</html>"


@pytest.mark.parametrize(
    "body",
    [
        NESTED, pytest.param(MANY, marks=pytest.mark.prove), ENTITIES, META, SCRIPT,
        pytest.param(ATTRIBUTES, marks=pytest.mark.prove), SPACES,
    ],
    ids=["nested", "many", "entities", "meta", "script", "attributes", "spaces"],
)  # fmt: skip
def test_hostile_html_ends(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    # A new process begins with as much as this one has, and other tests' processes may have had more.
    before = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    began = time.monotonic()
    read_details(body, "text/html", URL)
    assert time.monotonic() - began < door.SECONDS + 20
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after <= max(before, program.MEMORY // 1024)
    print(f"{time.monotonic() - began:.1f} s, at most {after // 1024} MB")


def test_compressed_pdf_bomb_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    stream = zlib.compress(bytes(200_000_000))
    body = b"%PDF-1.4\n1 0 obj<</Length " + str(len(stream)).encode() + b"/Filter/FlateDecode>>stream\n" + stream
    assert read_details(body + b"\nendstream endobj", "application/pdf", URL) == PageDetails()


def test_details_of_other_types_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that controls the decoder can send any JSON."""
    answer = (
        b'{"title": ["x"], "publisher_name": 5, "published_on": 5, "language": {}, "text": ["a"], "everything": "b"}'
    )
    monkeypatch.setattr(door, "_exchange", lambda pieces: answer)
    assert read_details(b"<p>x", "text/html", URL) == PageDetails(everything="b")
