"""The conversion of Markdown to safe HTML, in two independent layers.

The first layer is CommonMark with tables and without raw HTML, so it emits only tables and the elements of CommonMark.
The second layer is nh3, which allows only the elements below. A bug in one layer is therefore not a security hole.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from factcheck.record.formats.urls import PICTURE_PATH

SCHEMES = frozenset({"http", "https", "mailto"})
REL = "nofollow noopener noreferrer"
# The page uses h1 for the headline and h2 for sections, so headings in the Markdown begin at h3.
FIRST_HEADING = 3
# Drafts have at most 200,000 characters. The parser's time grows with the square of the number of successive "[", and
# with the number of marks: 66,000 times "*a_" took 2.9 seconds. A text beyond these limits is shown as plain text.
MAX_LENGTH = 200_000
MAX_BRACKETS = 4_000
MAX_MARKS = 10_000
_MARKS = "*_|\n\r"
# The parser adds the cells that the rows of a table lack. Its own limit of 65,536 takes a second.
# `markdown_it.rules_block` has a function with the module's name, so only `import_module` finds the module.
import_module("markdown_it.rules_block.table").MAX_AUTOCOMPLETED_CELLS = 5_000  # type: ignore[attr-defined]

_ELEMENTS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5", "h6",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "ol": {"start"},
}  # without "*", nh3 would keep title and lang


@dataclass(frozen=True)
class ShownPicture:
    """A picture on this site: the URL to load the picture from, and its size in pixels if the size is known."""

    src: str
    width: int | None = None
    height: int | None = None


Pictures = Mapping[str, ShownPicture]  # by the picture's path, as in the Markdown


def to_html(text: str, pictures: Pictures | None = None) -> SafeString:
    """Return the Markdown as HTML. Pictures of this site are shown if `pictures` contains their paths.

    Images on other hosts become links, so that the browser doesn't contact other hosts.
    """
    if not _is_within_limits(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 (escaped)
    sources: set[str] = set()
    html = _parser.render(text, {"pictures": {} if pictures is None else pictures, "sources": sources})
    return mark_safe(clean(html, sources))  # noqa: S308 (cleaned)


def clean(html: str, sources: Collection[str] = ()) -> str:
    """Return the HTML after the second layer: without unlisted elements, and without the content of script and style.

    `sources` contains the URLs of all pictures that are allowed.
    """
    if not sources:
        return nh3.clean(html, tags=_ELEMENTS, attributes=_ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=REL)
    return nh3.clean(
        html,
        tags=_ELEMENTS | {"img"},
        attributes=_ATTRIBUTES | {"img": {"src", "alt", "width", "height", "loading"}},
        attribute_filter=_only_from(sources),
        url_schemes=set(SCHEMES),
        link_rel=REL,
    )


def own_pictures(text: str) -> list[tuple[str, str]]:
    """Return the paths and descriptions of all pictures of this site in the text, in order."""
    if "/pictures/" not in text or not _is_within_limits(text):
        return []
    found: list[tuple[str, str]] = []
    _parser.parse(text, {"found": found})
    return found


def to_text(text: str) -> tuple[str, str]:
    """Return the words that readers see, with a blank line between blocks, and the URLs of links and pictures.

    Quoted blocks begin with ">", because readers see whose words they are.
    """
    if not _is_within_limits(text):
        return text, ""
    env: dict[str, Any] = {"found": []}
    blocks, urls, depth = [], [], 0
    for token in _parser.parse(text, env):
        children = token.children or []
        if words := "".join(_text_of(children)) or token.content * (token.type in ("fence", "code_block")):
            blocks.append("> " * depth + words.strip())
        depth += token.nesting * (token.tag == "blockquote")
        urls += [str(each.attrGet("href")) for each in children if each.type == "link_open"]
    return "\n\n".join(blocks), "\n".join(urls + [path for path, _description in env["found"]])


def split_blocks(text: str) -> list[tuple[str, str]]:
    """Return the kind and the Markdown of each paragraph, heading, list, table and so on."""
    if not _is_within_limits(text):
        return [("", text)]
    lines = text.split("\n")
    tokens = [token for token in _parser.parse(text, {}) if token.map and not token.level and token.nesting >= 0]
    return [(f"{token.type} {token.tag}", "\n".join(lines[slice(*token.map or ())])) for token in tokens]


def _only_from(sources: Collection[str]) -> Callable[[str, str, str], str | None]:
    def keep(element: str, attribute: str, value: str) -> str | None:
        return value if (element, attribute) != ("img", "src") or value in sources else None

    return keep


def is_safe_address(url: str) -> bool:
    """Return whether a URL can be used as a link. Relative URLs aren't, because they would lead to this site."""
    scheme, colon, rest = url.strip().partition(":")
    return bool(colon and rest) and scheme.lower() in SCHEMES


def _is_allowed(url: str) -> bool:
    return is_safe_address(url) or PICTURE_PATH.fullmatch(url) is not None


def _is_within_limits(text: str) -> bool:
    if len(text) > MAX_LENGTH or text.count("[") + text.count("<") > MAX_BRACKETS:
        return False
    return sum(map(text.count, _MARKS)) <= MAX_MARKS


def _nest_headings(state: StateCore) -> None:
    """Set heading levels according to the outline, from h3 to h6 without gaps."""
    outline: list[int] = []
    for token in state.tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            while outline and outline[-1] >= level:
                outline.pop()
            outline.append(level)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(FIRST_HEADING + len(outline) - 1, 6)}"


def _replace_images(state: StateCore) -> None:
    """Replace each image with a link, except pictures of this site. Inside another link, keep only the words."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_without_images(token.children, state.env))


def _without_images(tokens: list[Token], env: Any) -> Iterator[Token]:
    inside_link = 0
    pictures: Pictures = env.get("pictures", {})
    for token in tokens:
        inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "image":
            yield token
            continue
        address = str(token.attrGet("src") or "")
        # A description can contain links and images. Only its text is kept.
        description = "".join(_text_of(token.children or [])).strip()
        own = PICTURE_PATH.fullmatch(address) is not None
        if own and "found" in env:
            env["found"].append((address, description))
        words = Token("text", "", 0, content=description or address)
        if own and address in pictures:
            env["sources"].add(pictures[address].src)
            yield _shown(pictures[address], description)
        elif inside_link or own:  # a picture of this site that isn't public, or isn't public any more
            yield words
        else:
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield words
            yield Token("link_close", "a", -1)


def _shown(picture: ShownPicture, description: str) -> Token:
    attributes: dict[str, str | int | float] = {"src": picture.src, "alt": description, "loading": "lazy"}
    if picture.width and picture.height:
        attributes |= {"width": picture.width, "height": picture.height}
    return Token("image", "img", 0, attrs=attributes)


def _render_image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return renderer.renderToken(tokens, index, options, env)


def _text_of(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _text_of(token.children)
        elif token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.validateLink = _is_allowed  # type: ignore[method-assign]
    parser.core.ruler.push("nest_headings", _nest_headings)
    parser.core.ruler.push("replace_images", _replace_images)
    parser.add_render_rule("image", _render_image)
    return parser


_parser = _make_parser()
