"""The pages of `docs/`: guides, which are also served as Markdown for programs, and pages about the site itself."""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = settings.BASE_DIR / "docs"
# The folder of pages about the site itself. Their URLs don't contain the folder.
SITE = "site/"
KINDS = ("tutorials", "how-to", "reference", "explanation", "adr")
# The examples in the pages are for a site that runs on the reader's own machine.
LOCAL_SITE = "http://127.0.0.1:8000"
# Other files in `docs/`, which have their own URLs on the site.
ELSEWHERE = {"reference/openapi.yaml": "/api/schema/", "llms.txt": "/llms.txt"}
# The line below a title that links to the page in the other language. It is left out, because each page of the site
# already has such links.
OTHER_LANGUAGE = re.compile(r"^\[(?:English|Tiếng Việt)\]\([\w.-]+\.md\)\n", re.MULTILINE)


@dataclass(frozen=True)
class Heading:
    anchor: str
    text: str


@dataclass(frozen=True)
class Guide:
    """A page as HTML. `html` contains everything below the title, and `contents` lists the headings of sections."""

    language: str
    is_translated: bool
    title: str
    html: SafeString
    contents: tuple[Heading, ...]


def read_guide(page: str, language: str) -> Guide | None:
    """Return the guide in this language, or otherwise in English. `page` is the path in `docs/`, without `.md`.

    The guide's links lead to pages in this language.
    """
    for file, spoken in ((ROOT / f"{page}.{language}.md", language), (ROOT / f"{page}.md", "en")):
        if file.is_file():
            return _rendered(file, spoken, language, file.stat().st_mtime_ns)
    return None


def list_guides() -> list[tuple[tuple[str, str], list[str]]]:
    """Return the kind and the name of each guide, with its languages."""
    found = []
    for kind in KINDS:
        files = {file.name.removesuffix(".md") for file in (ROOT / kind).glob("*.md")}
        names = sorted(name for name in files if not name.endswith(".vi") and name != "README")
        found += [((kind, name), ["en", "vi"] if f"{name}.vi" in files else ["en"]) for name in names]
    return found


def read_markdown(file: Path) -> str:
    """Return the text of a page. The URL of a local site in the examples is replaced by this site's URL."""
    return file.read_text(encoding="utf-8").replace(LOCAL_SITE, settings.SITE_URL)


@lru_cache(maxsize=512)
def _rendered(file: Path, language: str, interface: str, changed: int) -> Guide:
    """Render a page. `changed` is the file's modification time, so that an edited page is rendered again."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(r"<!--.*?-->\n?", "", read_markdown(file), flags=re.DOTALL)
    tokens = parser.parse(OTHER_LANGUAGE.sub("", text))
    folder = posixpath.dirname(file.relative_to(ROOT).as_posix())
    title, tokens = _taken_title(tokens)
    contents = _anchored(tokens)
    for token in tokens:
        if token.children:
            token.children = _linked(token.children, folder, language, interface)
    html = parser.renderer.render(tokens, parser.options, {})
    # A wide table scrolls separately from the page, and readers can focus it with the keyboard.
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    translated = file.with_name(f"{file.name.split('.')[0]}.vi.md").is_file()
    return Guide(language, translated, title, mark_safe(html), contents)  # noqa: S308 (our own files, without raw HTML)


def _taken_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    """Return the text of the first heading, and the tokens without this heading."""
    if tokens and tokens[0].tag == "h1":
        return _text_of(tokens[1]), tokens[3:]
    return "", tokens


def _anchored(tokens: list[Token]) -> tuple[Heading, ...]:
    """Give each heading the same anchor as on GitHub. Return the section headings with their anchors."""
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


def _linked(tokens: list[Token], folder: str, language: str, interface: str) -> list[Token]:
    """Point links and images to this site. A link to a file that the site doesn't serve becomes plain text."""
    kept = []
    dropped = 0
    for token in tokens:
        if token.type == "link_open":
            url = _url(str(token.attrGet("href")), folder, language, interface)
            if url is None:
                dropped += 1
                continue
            token.attrSet("href", url)
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        elif token.type == "image":
            # On a phone, the picture opens in its full size.
            source = static(f"docs/{posixpath.basename(str(token.attrGet('src')))}")
            token.attrs |= {"src": source, "loading": "lazy"}
            kept += [Token("link_open", "a", 1, attrs={"href": source}), token, Token("link_close", "a", -1)]
            continue
        kept.append(token)
    return kept


def _url(link: str, folder: str, language: str = "en", interface: str = "") -> str | None:
    """Return the URL on this site for a link in a page, or None for files that the site doesn't serve.

    The link leads to a page in the interface's language, unless the text links to its translation.
    """
    parts = urlsplit(link)
    if folder == SITE.rstrip("/") and link.startswith(f"{settings.SITE_URL}/"):
        return f"/{interface}{parts.path}"
    if parts.scheme or not parts.path:
        return link
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    path = posixpath.normpath(posixpath.join(folder, parts.path))
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    page = re.sub(r"(\.vi)?\.md$", "", path)
    if page == path or path.startswith("../") or not (ROOT / f"{page}.md").is_file():
        return None
    target = "vi" if path.endswith(".vi.md") else "en"
    prefix = target if target != language and (ROOT / f"{page}.vi.md").is_file() else interface
    path = page.removeprefix(SITE) if page.startswith(SITE) else f"docs/{re.sub(r'(^|/)README$', '', page)}"
    return f"/{prefix}/{path}/".replace("//", "/") + anchor


def absolute_link(link: str) -> str:
    """Return the absolute URL for a link in `llms.txt`. Links to pages become links to their Markdown."""
    url = _url(link, "")
    if url is None or urlsplit(url).scheme:
        return link
    if re.fullmatch(r"/docs/[^/]+/[^/]+/", url):
        url = f"{url.rstrip('/')}.md"
    return f"{settings.SITE_URL}{url}"


def _text_of(inline: Token) -> str:
    return "".join(each.content for each in inline.children or [] if each.type in ("text", "code_inline"))
