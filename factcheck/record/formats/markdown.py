"""Converts Markdown to safe HTML in two independent layers: CommonMark without raw HTML, then nh3.

The first layer emits only the elements of CommonMark. The second layer allows only the elements below. So a bug in one
layer isn't a security hole.
"""

from collections.abc import Iterator

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SCHEMES = frozenset({"http", "https", "mailto"})
REL = "nofollow noopener noreferrer"
# The page uses h1 for the headline and h2 for sections, so headings in a text begin at h3.
FIRST_HEADING = 3
# Drafts have at most 200,000 characters. The parser's running time grows with the square of the length of a run of "[".
# Texts beyond these limits are shown as plain text.
MAX_LENGTH = 200_000
MAX_BRACKETS = 4_000

_ELEMENTS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5", "h6",
}  # fmt: skip
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "ol": {"start"},
}  # without "*", nh3 would keep title and lang


def to_html(text: str) -> SafeString:
    """The Markdown as HTML. Images are converted to links, so that the browser doesn't contact other hosts."""
    if not _is_within_limits(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 (escaped)
    return mark_safe(clean(_parser.render(text)))  # noqa: S308 (cleaned)


def clean(html: str) -> str:
    """The second layer. Drops all elements that aren't listed above, and the content of script and style."""
    return nh3.clean(html, tags=_ELEMENTS, attributes=_ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=REL)


def is_safe_address(url: str) -> bool:
    """Whether a URL can be used as a link. Relative URLs aren't allowed, because they would lead to this site."""
    scheme, colon, rest = url.strip().partition(":")
    return bool(colon and rest) and scheme.lower() in SCHEMES


def _is_within_limits(text: str) -> bool:
    return len(text) <= MAX_LENGTH and text.count("[") + text.count("<") <= MAX_BRACKETS


def _nest_headings(state: StateCore) -> None:
    """Sets heading levels according to the outline, from h3 to h6 without gaps."""
    outline: list[int] = []
    for token in state.tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            while outline and outline[-1] >= level:
                outline.pop()
            outline.append(level)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(FIRST_HEADING + len(outline) - 1, 6)}"


def _link_images(state: StateCore) -> None:
    """Replaces each image with a link. Inside another link, only the image's description is kept."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_without_images(token.children))


def _without_images(tokens: list[Token]) -> Iterator[Token]:
    inside_link = 0
    for token in tokens:
        inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "image":
            yield token
            continue
        address = str(token.attrGet("src") or "")
        # A description can contain links and images. Only its text is kept.
        words = Token("text", "", 0, content="".join(_text_of(token.children or [])).strip() or address)
        if inside_link:
            yield words
        else:
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield words
            yield Token("link_close", "a", -1)


def _text_of(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _text_of(token.children)
        elif token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.validateLink = is_safe_address  # type: ignore[method-assign]
    parser.core.ruler.push("nest_headings", _nest_headings)
    parser.core.ruler.push("link_images", _link_images)
    return parser


_parser = _make_parser()
