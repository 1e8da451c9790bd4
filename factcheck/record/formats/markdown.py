"""Markdown to HTML that is safe to show: CommonMark without raw HTML, and nh3 behind it.

The first layer writes only what CommonMark itself makes; the second knows nothing of Markdown and
lets through only the elements below, so that a fault in one of them is not a hole.
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
# A page has its own h1 (headline) and h2 (section): a text's headings begin at h3.
FIRST_HEADING = 3
# Drafts hold 200,000 characters at most. A run of "[" costs the parser time that grows with its square, so that
# what no person writes is shown as it is, without markup.
MAX_LENGTH = 200_000
MAX_BRACKETS = 4_000

_ELEMENTS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5", "h6",
}  # fmt: skip
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}  # "*": else title and lang may stay


def to_html(text: str) -> SafeString:
    """The Markdown as HTML. Links have http, https or mailto; images become links, so that no other host is asked."""
    if not _is_reasonable(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 (escaped)
    return mark_safe(clean(_parser.render(text)))  # noqa: S308 (cleaned)


def clean(html: str) -> str:
    """The second layer: what is not on the list above is dropped, and script and style with what is in them."""
    return nh3.clean(html, tags=_ELEMENTS, attributes=_ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=REL)


def is_safe_address(url: str) -> bool:
    """Whether an address may be a link; one without a scheme would lead to this site and may not."""
    scheme, colon, rest = url.strip().partition(":")
    return bool(colon and rest) and scheme.lower() in SCHEMES


def _is_reasonable(text: str) -> bool:
    return len(text) <= MAX_LENGTH and text.count("[") + text.count("<") <= MAX_BRACKETS


def _nest_headings(state: StateCore) -> None:
    """Gives headings the level of their place in the outline: begins at h3, never skips one, ends at h6."""
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
    """Puts a link in the place of every image; inside another link its description alone."""
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
        # A description may hold links and images of its own; only its words count.
        words = Token("text", "", 0, content="".join(_words(token.children or [])).strip() or address)
        if inside_link:
            yield words
        else:
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield words
            yield Token("link_close", "a", -1)


def _words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _words(token.children)
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
