"""Copies as people see them: escaped text with marked quotes, in groups that a template can show."""

import time
import unicodedata

import pytest
from django.template.loader import render_to_string

from factcheck.clean_room.copy_decoder import MAX_BLOCKS
from factcheck.clean_room.refusal import NotDecoded
from factcheck.editorial.captures.warc import write_warc
from factcheck.record.evidence.copy_views import CopyView, view_copy
from factcheck.record.formats.quotes import contains_quote, find_quotes
from tests.support.copies import warc

URL = "https://news.example/a"


def view(body: str, *quotes: str) -> CopyView:
    page = f"<!doctype html><html lang=vi><title>T</title><body>{body}"
    return view_copy(warc((URL, "text/html; charset=utf-8", page.encode())), URL, quotes)


def lines(shown: CopyView) -> list[str]:
    return [f"{'- ' * block.is_margin}{block.kind} {block.html}" for block in shown.blocks]


@pytest.mark.parametrize(
    ("texts", "quote", "expected"),
    [
        (["The water rose."], "WATER  rose", [(0, 4, 14)]),
        (["He said “it’s over” – twice"], "it's over\" - twice", [(0, 9, 27)]),
        (["Nước dâng"], unicodedata.normalize("NFD", "nước"), [(0, 0, 4)]),
        (["Straße am Fluss"], "STRASSE", [(0, 0, 6)]),
        (["begin one", "", "two end"], "one two", [(0, 6, 9), (2, 0, 3)]),
        (["a b c", "d e f"], "b […] e", [(0, 2, 3), (1, 2, 3)]),
        (["هذا نص عربي"], "نص", [(0, 4, 6)]),
        (["so\u00adft\u200bly  now"], "softly now", [(0, 0, 13)]),
        (["The water fell."], "rose", None),
    ],
    ids=["case", "marks", "NFD", "longer letters", "two texts", "ellipsis", "Arabic", "invisible", "absent"],
)
def test_place_of_a_quote(texts: list[str], quote: str, expected: list[tuple[int, int, int]] | None) -> None:
    assert find_quotes(texts, [quote]) == {quote: expected}
    assert contains_quote(" ".join(texts), quote) == (expected is not None)


def test_quotes_are_marked_and_the_rest_is_escaped() -> None:
    shown = view(
        "<nav><a>Home</a></nav><h1>A &lt;b&gt;</h1><h4>Deep</h4><p>The <i>wa</i>ter &amp; wind</p><table><tr><td>1<td>2</table>",
        "water & wind", "1 2", "absent", "& wind 1",
    )  # fmt: skip
    assert lines(shown) == [
        "- p Home", "h3 A &lt;b&gt;", "h4 Deep", "p The <mark id=quote>water &amp; wind</mark>",
        "row <mark>1</mark></td><td dir=auto><mark>2</mark>",
    ]  # fmt: skip
    assert (shown.missing, shown.language) == (["absent"], "vi")


def test_quote_of_ellipses_takes_no_longer_than_a_sentence() -> None:
    begun = time.process_time()
    assert find_quotes(["x y"] * 5000, ["…" * 10_000, "y…" * 5000, "absent"])["absent"] is None
    assert time.process_time() - begun < 5  # before: a minute


def test_only_cells_of_a_table_are_separated_at_tabs() -> None:
    page = view_copy(warc((URL, "text/plain", b"one\ttwo")), URL, ["absent", "absent"])
    assert (lines(page), page.missing) == (["p one\ttwo"], ["absent"])


def test_long_page_from_a_browser_is_shown_with_its_picture() -> None:
    page = "<!doctype html><body>" + "<p>x" * MAX_BLOCKS
    files = [(URL, "text/html; charset=utf-8", page.encode()), (f"urn:view:{URL}", "image/png", b"x")]
    shown = view_copy(write_warc(resources=files), URL)
    assert (len(shown.blocks), shown.blocks[0].kind, shown.is_cut) == (MAX_BLOCKS, "img", True)


def test_quote_in_a_menu_is_shown_outside_it() -> None:
    shown = view("<footer><p>Contact us<p>Imprint</footer><p>x", "contact")
    assert lines(shown) == ["p <mark id=quote>Contact</mark> us", "- p Imprint", "p x"]
    page = render_to_string("website/copy.html", {"view": shown, "pictures": "/p/"})
    assert page.index("<mark id=quote>") < page.index("<details>") < page.index("Imprint") < page.index("</details>")
    assert 'lang="vi"' in page


@pytest.mark.parametrize(
    "answer",
    [
        NotDecoded(), OSError(), {"blocks": "x"}, {"blocks": [["p"]]}, {"blocks": [["p", 1, 0]]},
        {"blocks": [["p", "x", 0]] * 5001}, {"blocks": [["p", "x" * 150_001, 0]] * 2}, {},
    ],
    ids=["not decoded", "no room", "text", "short", "number", "many", "long", "nothing"],
)  # fmt: skip
def test_answer_of_a_hostile_decoder_shows_nothing(answer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object, **__: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("factcheck.record.evidence.copy_views.decode", decode)
    assert view_copy(b"", URL) == CopyView()


def test_kinds_of_a_hostile_decoder_are_no_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = {"blocks": [["script>alert(1)</script", "x", 0]], "language": '"><script>'}
    monkeypatch.setattr("factcheck.record.evidence.copy_views.decode", lambda *_, **__: hostile)
    assert view_copy(b"", URL) == CopyView()
    hostile["blocks"] = [["p", "<script>", 0]]
    assert "<script" not in render_to_string("website/copy.html", {"view": view_copy(b"", URL)})
