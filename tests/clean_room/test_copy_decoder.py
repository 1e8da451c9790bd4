"""Copies as blocks of text and pictures: every kind of file, and pages that want to harm their readers."""

import io
from typing import Any

import pytest
from pypdf import PdfWriter

from factcheck.clean_room import door
from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NotDecoded
from tests.support import clean_room
from tests.support.copies import mhtml, wacz, warc
from tests.support.scenes import as_bytes, scene

URL = "https://news.example/2026/a.html"
PICTURE = as_bytes(scene(1))
START = b"<!doctype html><html lang=vi><title>The river</title>"
PAGE = (
    START + b'<body><nav><a href=/>Home</a></nav><h1>The <i>river</i></h1><img src="/p.jpg" alt="A bridge"><p>It rose.'
)


def blocks(body: bytes, url: str = URL) -> list[list[Any]]:
    found: list[list[Any]] = decode("copy", body, url=url)["blocks"]
    return found


@pytest.mark.parametrize("container", [warc, wacz, mhtml])
def test_page_with_its_own_picture(container: Any) -> None:
    """A page in front of it, and a picture with the address of another site, belong to the same copy."""
    other = ("https://ads.example/", "text/html", START + b"<p>An advertisement")
    copy = container(other, (URL, "text/html", PAGE), ("https://news.example/p.jpg", "image/jpeg", PICTURE))
    assert blocks(copy) == [["-p", "Home", 0], ["h1", "The river", 0], ["img", "A bridge", 0], ["p", "It rose.", 0]]
    found = decode("picture_of_copy", copy, url=URL, number=0)
    assert (found["media_type"], found["width"], found["height"]) == ("image/jpeg", 480, 320)
    with pytest.raises(NotDecoded):
        decode("picture_of_copy", copy, url=URL, number=1)


def test_picture_and_pdf_are_copies() -> None:
    assert blocks(PICTURE) == blocks(warc((URL, "image/jpeg", PICTURE))) == [["img", "", 0]]
    assert decode("picture_of_copy", PICTURE, url=URL, number=0)["width"] == 480
    pdf = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(pdf)
    assert blocks(pdf.getvalue()) == [["page", "", 1]]


def test_text_of_a_page_is_complete() -> None:
    """Lists, tables, tables that arrange the page, and words across inline elements."""
    html = (
        b"<body>a<b>b</b> <i>c</i><br>d<ul><li>one<ul><li>in</ul>more</ul><blockquote><p>q</blockquote>"
        b"<table><tr><th>A<th>B<tr><td>1<td><p>2<p>3</table><table><tr><td><p>x<p>y</table><a href=/>link</a>"
    )
    assert [(kind, text) for kind, text, _number in blocks(START + html)] == [
        ("p", "ab c\nd"), ("li", "one"), ("li", "in"), ("li", "more"), ("quote", "q"), ("row", "A\tB"),
        ("row", "1\t2 3"), ("p", "x"), ("p", "y"), ("-p", "link"),
    ]  # fmt: skip


FOREIGN = b"".join([
    b"<script>evil()</script><style>@import '//evil.example'</style><meta http-equiv=refresh content='0;//evil.example'>",
    b"<base href='https://evil.example/'><link rel=stylesheet href='//evil.example'><iframe srcdoc='evil'></iframe>",
    b"<svg><script>evil()</script><text>evil</text></svg><object data='//evil.example'>evil</object><p onclick='evil()'>",
    b"<math><mtext>evil</mtext></math><noscript><img src='//evil.example'></noscript><template>evil</template>",
    b"<img src='//evil.example/p.jpg'><img src='data:image/svg+xml,<svg onload=evil()>'><a href='javascript:evil()'></a>",
    b"<form action='//evil.example'><button>evil</button></form><!-- evil --><?evil?><p style='x:url(//evil.example)'>",
])  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected", "cut"),
    [
        (FOREIGN + b"<p>end", [["p", "end", 0]], False),
        (b"<p>begin</p>" + b"<div>" * 600_000 + b"deep", [["p", "begin", 0]], True),
        (b"<p>begin</p>" + b"<b>" * 1_000_000, [["p", "begin", 0]], True),
        (b"<p>a" * 700_000, [["p", "a", 0]] * 5000, True),
        (b"<p>begin" + b"<img src=a>" * 250_000, [["p", "begin", 0]], False),
        (b"word " * 590_000, [["p", "word " * 60_000, 0]], True),
    ],
    ids=["foreign", "depth", "inline depth", "blocks", "pictures", "length"],
)  # fmt: skip
def test_hostile_page(body: bytes, expected: list[list[Any]], cut: bool) -> None:
    found = decode("copy", START + b"<body>" + body, url=URL)
    assert (found["blocks"], found["cut"]) == (expected, cut)


@pytest.mark.prove
def test_hostile_copies_end_in_the_real_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with 300,000 attributes, and a WARC file that unpacks to 200 MB, end with the room's limits."""
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    attributes = b" ".join(b"a%d" % number for number in range(300_000))
    with pytest.raises((NotDecoded, OSError)):
        decode("copy", START + b"<body><p " + attributes + b">x", url=URL)
    bomb = warc((URL, "text/html", START + b"<p>" + b"word " * 40_000_000))
    assert decode("copy", bomb, url=URL)["cut"]
