"""The table of docs/reference/import-formats.md, row by row."""

import pytest

from factcheck.imports.readers.normalise import calendar_date, language_tag, site_of_review, tidy, web_address
from factcheck.record.formats.urls import site_of
from factcheck.record.statements.values import is_blank


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("plain", "plain"),
        ("  edges \n", "edges"),
        ("two\r\nlines\rthree", "two\nlines\nthree"),
        ("e\u0301", "\u00e9"),
        ("Tie\u0302\u0301ng Vie\u0323\u0302t", "Ti\u1ebfng Vi\u1ec7t"),
        ("a &amp; b &quot;c&quot; &#39;d&#39; &#x2019;", "a & b \"c\" 'd' \u2019"),
        ("&amp;quot;", "&quot;"),
        ("AT&T, Q&A; R&D &copy 2020 ?a=1&region=2", "AT&T, Q&A; R&D &copy 2020 ?a=1&region=2"),
        ("lock\u009ddown \u0000bell\u0007", "lockdown bell"),
        ("&#0;&#7;x", "\ufffdx"),
        ("tab\tstays", "tab\tstays"),
        ("<b>tags</b> stay", "<b>tags</b> stay"),
        ("\u202aembedded\u202c \u200cjoiner", "\u202aembedded\u202c \u200cjoiner"),
        ("two  spaces", "two  spaces"),
    ],
)
def test_tidy_text(written: str, expected: str) -> None:
    assert tidy(written) == expected


def test_tidy_one_line_joins_white_space() -> None:
    assert tidy(" A  B\n C\t\u00a0D ", one_line=True) == "A B C D"


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \n\u200b\u200e", True), ("\u200b.", False), ("0", False)])
def test_is_blank(text: str, blank: bool) -> None:
    assert is_blank(text) is blank


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2020-10-07", "2020-10-07"),
        ("2021-7-5", "2021-07-05"),
        ("2021/7/16", "2021-07-16"),
        ("2020-10-07 20:05", "2020-10-07"),
        ("2017-03-01 20:30:17 UTC", "2017-03-01"),
        ("2021-01-16T06:08:00", "2021-01-16"),
        ("2019-01-23T14:22:00+0100", "2019-01-23"),
        ("2020-03-10T23:59:59.5-11:00", "2020-03-10"),
        ("2020-03-10T00:00:00Z", "2020-03-10"),
        ("2020", None),
        ("2020-10", None),
        ("20201007", None),
        ("2021-02-29", None),
        ("0000-01-01", None),
        ("31-10-2020", None),
        ("10/07/2020", None),
        ("2020-10/07", None),
        ("2020-10-071", None),
        ("October 7, 2020", None),
        ("\u0662\u0660\u0662\u0660-\u0661\u0660-\u0660\u0667", None),
        ("", None),
    ],
)
def test_calendar_date(written: str, expected: str | None) -> None:
    assert calendar_date(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://example.org/a?b=1&amp;c=2#d", "https://example.org/a?b=1&amp;c=2#d"),
        (" https://example.org ", "https://example.org"),
        ("HTTPS://Example.ORG/A", "https://Example.ORG/A"),
        ("http://vi\u1ec7t.example/b\u00e0i", "http://vi\u1ec7t.example/b\u00e0i"),
        ("http://example.org:80/", "http://example.org:80/"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        (
            "https://web.archive.org/web/2020/http://a_b.example/{x}|[y]",
            "https://web.archive.org/web/2020/http://a_b.example/{x}|[y]",
        ),
        ("https://example.org/" + "x" * 1980, "https://example.org/" + "x" * 1980),
        ("https://example.org/" + "x" * 1981, None),
        ("//example.org/a", None),
        ("/a/b", None),
        ("www.example.org", None),
        ("example.html", None),
        ("1", None),
        ("", None),
        ("https://", None),
        ("https:///path", None),
        ("ftp://example.org/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://user:secret@example.org/", None),
        ("https://bank.example@evil.example/", None),
        ("https://example.org\\@evil.example/", None),
        ("https://example.org/a b", None),
        ("https://example.org/<script>", None),
        ("https://example.org/\u0000", None),
        ("https://example.org/\ud83d", None),
        ("http://[::1", None),
        ("http://example.org:99999/", None),
        ("http://example.org:port/", None),
    ],
)
def test_web_address(written: str, expected: str | None) -> None:
    assert web_address(written) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.Example.org/a", "example.org"),
        ("http://newsmobile.in:80/articles/x", "newsmobile.in"),
        ("https://factcheck.afp.com/", "factcheck.afp.com"),
        ("https://wwwx.example/", "wwwx.example"),
        ("https://www.Bücher.example:8443/", "bücher.example"),
        ("http://[2001:DB8::1]:80/", "2001:db8::1"),
    ],
)
def test_site_of_review(address: str, expected: str) -> None:
    assert site_of_review(address) == site_of(address) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("vi", "vi"),
        ("VI-vn", "vi-VN"),
        ("en_US", "en-US"),
        ("zh-hant-hk", "zh-Hant-HK"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("fil", "fil"),
        ("English", None),
        ("x-klingon", None),
        ("en-", None),
        ("e", None),
        ("", None),
    ],
)
def test_language_tag(written: str, expected: str | None) -> None:
    assert language_tag(written) == expected
