"""The guides of `docs/`, as pages of this site and as Markdown for programs."""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from factcheck.website.views import page_for_readers

ROOT = settings.BASE_DIR / "docs"
KINDS = ("tutorials", "how-to", "reference", "explanation", "adr")
# Files next to the guides that have separate URLs on this site.
ELSEWHERE = {"reference/openapi.yaml": "/api/schema/", "llms.txt": "/llms.txt"}
# The line below a title that links to the page in the other language. The site shows buttons instead of this line.
OTHER_LANGUAGE = re.compile(r"^\[(?:English|Tiếng Việt)\]\([\w.-]+\.md\)\n", re.MULTILINE)


@dataclass(frozen=True)
class Heading:
    anchor: str
    text: str


@dataclass(frozen=True)
class Guide:
    """A page as HTML. `html` contains everything below the title, and `contents` lists the section headings."""

    language: str
    title: str
    html: SafeString
    contents: tuple[Heading, ...]


@page_for_readers
def index(request: HttpRequest) -> HttpResponse:
    return _respond(request, "README")


@page_for_readers
def guide(request: HttpRequest, kind: str, name: str = "README") -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    if name == "README" and kind != "adr":
        return redirect("documentation")
    return _respond(request, f"{kind}/{name}")


@require_safe
def markdown(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """The Markdown source of the English page, for programs."""
    file = ROOT / kind / f"{name}.md"
    if kind not in KINDS or not file.is_file():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type="text/markdown; charset=utf-8")


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """The guide for AI assistants (llmstxt.org), whose links lead to Markdown pages on this site."""
    text = (ROOT / "llms.txt").read_text(encoding="utf-8")
    linked = re.sub(r"\]\(([^)\s]+)\)", lambda found: f"]({_absolute(found[1])})", text)
    return HttpResponse(linked, content_type="text/plain; charset=utf-8")


def read_guide(page: str, language: str) -> Guide | None:
    """The guide in this language, or else in English. `page` is a path below `docs/` without `.md`."""
    for file, spoken in ((ROOT / f"{page}.{language}.md", language), (ROOT / f"{page}.md", "en")):
        if file.is_file():
            return _rendered(file, spoken, file.stat().st_mtime_ns)
    return None


def page_exists(page: str) -> bool:
    return (ROOT / f"{page}.md").is_file()


def _respond(request: HttpRequest, page: str) -> HttpResponse:
    found = read_guide(page, get_language() or "en")
    if found is None:
        raise Http404
    return render(request, "website/documentation.html", {"guide": found, "is_index": page == "README"})


@lru_cache(maxsize=512)
def _rendered(file: Path, language: str, changed: int) -> Guide:
    """The rendered file. `changed` is the file's modification time, so that an edited file is rendered again."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(r"<!--.*?-->\n?", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    tokens = parser.parse(OTHER_LANGUAGE.sub("", text))
    folder = posixpath.dirname(file.relative_to(ROOT).as_posix())
    title, tokens = _taken_title(tokens)
    contents = _anchored(tokens)
    for token in tokens:
        if token.children:
            token.children = _linked(token.children, folder)
    html = parser.renderer.render(tokens, parser.options, {})
    # A wide table scrolls separately from the page, and you can focus the scrolling part with the keyboard.
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Guide(language, title, mark_safe(html), contents)  # noqa: S308 (our own files, without raw HTML)


def _taken_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    """The text of the first heading, and the tokens without that heading."""
    if tokens and tokens[0].tag == "h1":
        return _text_of(tokens[1]), tokens[3:]
    return "", tokens


def _anchored(tokens: list[Token]) -> tuple[Heading, ...]:
    """Gives every heading the same anchor as on GitHub. Returns the section headings with their anchors."""
    times = Counter[str]()
    contents = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = _text_of(inline)
            anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            opening.attrSet("id", f"{anchor}-{times[anchor]}" if times[anchor] else anchor)
            times[anchor] += 1
            if opening.tag == "h2":
                contents.append(Heading(str(opening.attrGet("id")), text))
    return tuple(contents)


def _linked(tokens: list[Token], folder: str) -> list[Token]:
    """The tokens with links to this site. Links to files that the site doesn't serve become plain text."""
    kept = []
    dropped = 0
    for token in tokens:
        if token.type == "link_open":
            url = _url(str(token.attrGet("href")), folder)
            if url is None:
                dropped += 1
                continue
            token.attrSet("href", url)
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        elif token.type == "image":
            name = posixpath.basename(str(token.attrGet("src")))
            token.attrSet("src", static(f"docs/{name}"))
            token.attrSet("loading", "lazy")
        kept.append(token)
    return kept


def _url(link: str, folder: str) -> str | None:
    """The URL on this site for a link in a page, or None if the site doesn't serve the linked file."""
    parts = urlsplit(link)
    if parts.scheme or not parts.path:
        return link
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    path = posixpath.normpath(posixpath.join(folder, parts.path))
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    page = re.sub(r"(\.vi)?\.md$", "", path)
    if page == path or path.startswith("../") or not page_exists(page):
        return None
    return f"/docs/{re.sub(r'(^|/)README$', '', page)}/".replace("//", "/") + anchor


def _absolute(link: str) -> str:
    """The absolute URL for a link in `llms.txt`. For a page, this is the URL of its Markdown source."""
    url = _url(link, "")
    if url is None or urlsplit(url).scheme:
        return link
    if re.fullmatch(r"/docs/[^/]+/[^/]+/", url):
        url = f"{url.rstrip('/')}.md"
    return f"{settings.SITE_URL}{url}"


def _text_of(inline: Token) -> str:
    return "".join(each.content for each in inline.children or [] if each.type in ("text", "code_inline"))
