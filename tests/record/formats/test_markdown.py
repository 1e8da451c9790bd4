"""Markdown to HTML, both layers: what must come out of hostile and of honest texts, letter by letter."""

import time

import pytest

from factcheck.record.formats import markdown
from factcheck.record.formats.markdown import clean, to_html

LINK = 'rel="nofollow noopener noreferrer"'

HOSTILE = [
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
    ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
    ('text <b onmouseover="alert(1)">bold</b>', '<p>text &lt;b onmouseover="alert(1)"&gt;bold&lt;/b&gt;</p>\n'),
    ("<svg onload=alert(1)>", "<p>&lt;svg onload=alert(1)&gt;</p>\n"),
    ("<svg><script>alert(1)</script></svg>", "<p>&lt;svg&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;/svg&gt;</p>\n"),
    (
        '<iframe src="https://evil.example/"></iframe>',
        '<p>&lt;iframe src="https://evil.example/"&gt;&lt;/iframe&gt;</p>\n',
    ),
    ("<style>*{display:none}</style>", "<p>&lt;style&gt;*{display:none}&lt;/style&gt;</p>\n"),
    (
        '<form action="https://evil.example/"><input></form>',
        '<p>&lt;form action="https://evil.example/"&gt;&lt;input&gt;&lt;/form&gt;</p>\n',
    ),
    (
        '<a href="https://example.org" style="position:fixed">x</a>',
        '<p>&lt;a href="https://example.org" style="position:fixed"&gt;x&lt;/a&gt;</p>\n',
    ),
    ("<!-- comment --><b>x</b>", "<p>&lt;!-- comment --&gt;&lt;b&gt;x&lt;/b&gt;</p>\n"),
    ("<![CDATA[<script>]]>", "<p>&lt;![CDATA[&lt;script&gt;]]&gt;</p>\n"),
    ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
    ("[a](JaVaScRiPt:alert(1))", "<p>[a](JaVaScRiPt:alert(1))</p>\n"),
    ("[a](java&#115;cript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
    ("[a](&#x6A;avascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
    ("[a](javascript&colon;alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
    ("[a](<java\nscript:alert(1)>)", "<p>[a](&lt;java\nscript:alert(1)&gt;)</p>\n"),
    ("[a](\tjavascript:alert(1))", "<p>[a](\tjavascript:alert(1))</p>\n"),
    ("[a](ｊavascript:alert(1))", "<p>[a](ｊavascript:alert(1))</p>\n"),
    ("<javascript:alert(1)>", "<p>&lt;javascript:alert(1)&gt;</p>\n"),
    ("[a][1]\n\n[1]: javascript:alert(1)", "<p>[a][1]</p>\n<p>[1]: javascript:alert(1)</p>\n"),
    ("[a](vbscript:x)", "<p>[a](vbscript:x)</p>\n"),
    ("[a](data:text/html;base64,PHM=)", "<p>[a](data:text/html;base64,PHM=)</p>\n"),
    ("![a](data:image/svg+xml;base64,PHM=)", "<p>![a](data:image/svg+xml;base64,PHM=)</p>\n"),
    ("[a](file:///etc/passwd)", "<p>[a](file:///etc/passwd)</p>\n"),
    # An address without a scheme would lead into this site, or away from it in disguise.
    ("[a](//evil.example/)", "<p>[a](//evil.example/)</p>\n"),
    ("[a](/admin/logout/)", "<p>[a](/admin/logout/)</p>\n"),
    ("[a](#content)", "<p>[a](#content)</p>\n"),
    ("[a](https:)", "<p>[a](https:)</p>\n"),
    (
        '[a](https://example.org/"onmouseover="alert(1))',
        f'<p><a href="https://example.org/%22onmouseover=%22alert(1)" {LINK}>a</a></p>\n',
    ),
    ('[a](https://example.org "title\\" onclick=alert(1)")', f'<p><a href="https://example.org" {LINK}>a</a></p>\n'),
    # No other host learns who reads: an image is a link to it.
    ("![alt](https://tracker.example/p.gif)", f'<p><a href="https://tracker.example/p.gif" {LINK}>alt</a></p>\n'),
    (
        "![](https://tracker.example/p.gif)",
        f'<p><a href="https://tracker.example/p.gif" {LINK}>https://tracker.example/p.gif</a></p>\n',
    ),
    ("[![alt](https://a.example/p.gif)](https://b.example/)", f'<p><a href="https://b.example/" {LINK}>alt</a></p>\n'),
    (
        "![one [two](https://b.example/) ![`three`\nfour](https://c.example/)](https://a.example/p.gif)",
        f'<p><a href="https://a.example/p.gif" {LINK}>one two three four</a></p>\n',
    ),
    (
        '```html"onload="x\n<script>alert(1)</script>\n```',
        "<pre><code>&lt;script&gt;alert(1)&lt;/script&gt;\n</code></pre>\n",
    ),
    ("    <script>", "<pre><code>&lt;script&gt;\n</code></pre>\n"),
    ("`<script>`", "<p><code>&lt;script&gt;</code></p>\n"),
    ("&#60;script&#62;alert(1)", "<p>&lt;script&gt;alert(1)</p>\n"),
    ("\\<script>", "<p>&lt;script&gt;</p>\n"),
    ("＜script＞alert(1)＜/script＞", "<p>＜script＞alert(1)＜/script＞</p>\n"),
    ("a\x00b", "<p>a\ufffdb</p>\n"),
    # Directions are kept (Arabic and Hebrew need them); the block around them ends what they began.
    ("\u202egpj.exe", "<p>\u202egpj.exe</p>\n"),
    ("[a](https://example.org/\u202egpj.exe)", f'<p><a href="https://example.org/%E2%80%AEgpj.exe" {LINK}>a</a></p>\n'),
    # A Cyrillic "е" in a host shows as what it is.
    ("[a](https://\u0435xample.org/)", f'<p><a href="https://xn--xample-2of.org/" {LINK}>a</a></p>\n'),
]

HOSTILE += [
    (
        "| [a](javascript:x) |\n|---|\n| <img src=x> |",
        "<table>\n<thead>\n<tr>\n<th>[a](javascript:x)</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>&lt;img src=x&gt;</td>\n"
        "</tr>\n</tbody>\n</table>\n",
    )
]
HONEST = [
    ("**bold** *em* ***both***", "<p><strong>bold</strong> <em>em</em> <em><strong>both</strong></em></p>\n"),
    ("Đoạn video **không** quay năm nay.", "<p>Đoạn video <strong>không</strong> quay năm nay.</p>\n"),
    ("نص **مهم**", "<p>نص <strong>مهم</strong></p>\n"),
    ("a  \nb", "<p>a<br>\nb</p>\n"),
    ("> quote", "<blockquote>\n<p>quote</p>\n</blockquote>\n"),
    ("---", "<hr>\n"),
    ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
    ("7. seven", '<ol start="7">\n<li>seven</li>\n</ol>\n'),
    ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
    (
        "<https://example.org/?a=1&b=2>",
        f'<p><a href="https://example.org/?a=1&amp;b=2" {LINK}>https://example.org/?a=1&amp;b=2</a></p>\n',
    ),
    ("<editor@example.org>", f'<p><a href="mailto:editor@example.org" {LINK}>editor@example.org</a></p>\n'),
    ("[a](HTTPS://example.org)", f'<p><a href="HTTPS://example.org" {LINK}>a</a></p>\n'),
    ("www.example.org", "<p>www.example.org</p>\n"),
    ("| no table |\n| 1 |", "<p>| no table |\n| 1 |</p>\n"),
    (
        "| a | b |\n|---|--:|\n| **1** | x \\| y |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><strong>1</strong></td>\n"
        "<td>x | y</td>\n</tr>\n</tbody>\n</table>\n",
    ),
    ("", ""),
]

HEADINGS = [
    ("# One", "<h3>One</h3>\n"),
    ("One\n===", "<h3>One</h3>\n"),
    ("### Three", "<h3>Three</h3>\n"),
    ("## Two\n# One\n###### Six\n### Three", "<h3>Two</h3>\n<h3>One</h3>\n<h4>Six</h4>\n<h4>Three</h4>\n"),
    (
        "# 1\n## 2\n### 3\n#### 4\n##### 5\n###### 6",
        "<h3>1</h3>\n<h4>2</h4>\n<h5>3</h5>\n<h6>4</h6>\n<h6>5</h6>\n<h6>6</h6>\n",
    ),
]


@pytest.mark.parametrize(("text", "html"), HOSTILE)
def test_markdown_hostile(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(("text", "html"), HONEST)
def test_markdown_honest(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(("text", "html"), HEADINGS)
def test_markdown_headings_follow_the_outline(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<script>alert(1)</script>b", "b"),
        ("<style>p{}</style>b", "b"),
        ('<p title="x" lang="y" class="z" id="i" style="x">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', f"<a {LINK}>a</a>"),
        ('<a href="data:text/html,x">a</a>', f"<a {LINK}>a</a>"),
        (
            '<a href="https://e.example/" target="_blank" onclick="x()">a</a>',
            f'<a href="https://e.example/" {LINK}>a</a>',
        ),
        ('<svg><a xlink:href="javascript:x">t</a></svg>', ""),
        ('<img src="https://t.example/p.gif">', ""),
        ("<iframe src=x>b</iframe>", "b"),
        ("<p>a<!-- b --></p>", "<p>a</p>"),
        ("<h1>x</h1><h2>z</h2><h3>y</h3>", "xz<h3>y</h3>"),
        ("<form><input name=q></form>", ""),
        ('<base href="https://evil.example/">x', "x"),
        (
            '<table style="x" class="y"><tr><td colspan="9" align="right">a</td></tr></table>',
            "<table><tbody><tr><td>a</td></tr></tbody></table>",
        ),
        ('<ol start="7" onclick="x"><li>a</li></ol>', '<ol start="7"><li>a</li></ol>'),
    ],
)
def test_second_layer_alone(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "> " * 10_000 + "x",
        "- " * 10_000 + "x",
        "*" * 10_000 + "x" + "*" * 10_000,
        "[" * 10_000 + "x" + "]" * 10_000,
        "![" * 3_999 + "x" + "](https://a.example/)" * 3_999,
        "[" * 4_000 + "a " * 98_000,
        "[*a" * 4_000 + "*]" * 90_000,
        "*a_ `b" * 33_000,
        "`" * 199_999,
        "<" * 200_000,
        "<a:" * 60_000,
        "&" * 200_000,
        "\\" * 200_000,
        "# x\n" * 50_000,
        "- a\n  > b\n" * 18_000,
        "a\n\n" * 60_000,
        "\n".join("  " * depth + "- x" for depth in range(600)),
        "[a]: https://a.example/\n" * 3_999,
        "|a" * 30_000 + "|\n" + "|-" * 30_000 + "|\n" + "|b" * 30_000,
        "|a|\n|-|\n" + "|b|\n" * 48_000,
        "|a|b|c|d|e|f|g|h|\n|-|-|-|-|-|-|-|-|\n" + "|\n" * 90_000,
        "|\n|-|\n" * 28_000,
        "x" * 5_000_000,
    ],
)
@pytest.mark.parametrize("share", [20, pytest.param(1, marks=pytest.mark.prove)])
def test_markdown_bounded(text: str, share: int) -> None:
    """Deep and huge inputs end in seconds on a slow machine, and never in an exception."""
    begun = time.process_time()
    html = to_html(text[: len(text) // share])
    assert time.process_time() - begun < 10
    assert "<script" not in html


def test_markdown_beyond_reason_is_plain() -> None:
    assert to_html("[" * 4_001 + "<b>\n\n**x**") == f"<p>{'[' * 4_001}&lt;b&gt;</p>\n\n<p>**x**</p>"
    assert to_html("*x*" + "a" * 200_000) == f"<p>*x*{'a' * 200_000}</p>"


@pytest.mark.parametrize("mark", ["*a_", "- a\n", "# a\r", "|a"])
def test_markdown_with_too_many_marks_is_never_parsed(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview of such a text took seconds, so the parser must not see the text."""
    monkeypatch.setattr(markdown, "_parser", None)
    assert to_html(mark * 10_001).count("a") == 10_001


def test_table_is_not_filled_up_without_limit() -> None:
    rows = "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|b|\n" * 1_000
    assert to_html(rows).count("<td>") < 10_000
