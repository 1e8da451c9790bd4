"""The decoding of kept copies for people: the text of a page or PDF as blocks, and the pictures that the copy contains.

A block is `(kind, text, number)`. The kinds are h1 to h6, p, li, quote, row, img and page. The cells of a row are
separated by tabs. The number is the page of a PDF, or the number of a picture, whose text is its description. A kind
that begins with "-" belongs to a menu or to another part outside the text.
"""

import io
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from email import message_from_bytes
from functools import partial
from itertools import islice
from typing import IO, Any
from urllib.parse import unquote_to_bytes, urldefrag, urljoin
from zipfile import ZipFile

from factcheck.clean_room.file_kinds import MHTML, WACZ, WARC, WARC_GZ, find_kind
from factcheck.clean_room.page_decoder import MAX_HTML, PAGES, decode_page, is_pdf, media_type_of, pdf_pages
from factcheck.clean_room.picture_decoder import encode_for_readers

MAX_SHOWN = 300_000  # characters of a copy
MAX_BLOCKS = 5_000
MAX_PICTURES = 1_000  # that are looked for in the copy. Pages name many pictures that a copy doesn't contain.
MAX_ELEMENTS = 100_000  # of an HTML page
MAX_FILE = 20_000_000  # bytes of a page or picture in a copy
MIN_DATA = 500  # characters of a picture in an address. Shorter ones only fill the place of another picture.
MAX_ROW = 1_000  # characters. A table with larger rows arranges the page.
_SHOWN = (*PAGES, "application/pdf")
_INLINE = (
    "abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q rp rt ruby s samp small"
    " span strike strong sub sup time tt u var wbr"
)
_HIDDEN = "audio button canvas embed head iframe math noscript object script select style svg template textarea video"
_MARGIN = ("nav", "footer", "aside", "form", "dialog")
_KINDS = {f"h{level}": f"h{level}" for level in range(1, 7)} | {"li": "li", "blockquote": "quote"}
_DATA, _OWN = "data:image/", "own-picture"
_SMALL = re.compile(r"[0-3]?\d(px)?")  # a width or height below 40 pixels, as icons and tracking pixels have

Block = tuple[str, str, int]
# The URL and the media type of a file in a copy, and a function that works until the next file is asked for.
File = tuple[str, str, Callable[[], Any]]


def read_copy(body: bytes, *, url: str) -> dict[str, Any]:
    """Return the title, the language, the blocks, the pictures' URLs, and whether blocks were left out at the end."""
    names, page = set[str](), ("", "", b"")
    for name, media_type, read in _files(body):
        names.add(name)
        kind = media_type_of(media_type)
        if (kind in _SHOWN or kind.startswith("image/")) and (not page[2] or name == url != page[0]):
            page = (name, media_type, read())
    name, media_type, content = page
    if media_type.startswith("image/"):
        return {"blocks": [("img", "", 0)], "pictures": [name]}
    if is_pdf(content):
        title, language, texts = pdf_pages(content)
        blocks = (block for number, text in enumerate(texts, 1) for block in [("page", "", number), *_paragraphs(text)])
        return {"title": title, "language": language} | _bounded(blocks)
    html = decode_page(content, media_type)
    if media_type.startswith("text/plain"):
        return _bounded(_paragraphs(html))
    found = _read_html(html, urljoin(url, name), names)
    if (view := f"urn:view:{name}") in names:  # the picture of the page that an editor's browser made
        shown = [("img", "", len(found["pictures"])), *found["blocks"]]
        found |= {"blocks": shown[:MAX_BLOCKS], "cut": found["cut"] or len(shown) > MAX_BLOCKS}
        found["pictures"].append(view)
    return found | {"cut": found["cut"] or len(content) > MAX_HTML}


def read_picture(body: bytes, *, url: str, number: int) -> dict[str, Any]:
    """Return the picture with this number, encoded again."""
    address = read_copy(body, url=url)["pictures"][number]
    if address.startswith(_DATA):
        head, _comma, data = address.partition(",")
        return encode_for_readers(b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data))
    return encode_for_readers(next(read() for name, _type, read in _files(body) if name == address))


def _files(body: bytes) -> Iterator[File]:
    kind = find_kind(body)
    if kind is WACZ:
        with ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                if name.startswith("archive/"):
                    yield from _records(archive.open(name))
    elif kind in (WARC, WARC_GZ):
        yield from _records(io.BytesIO(body))
    elif kind is MHTML:
        for part in message_from_bytes(body).walk():
            name = part.get("Content-Location") or f"cid:{part.get('Content-ID', '').strip('<> ')}"
            yield name, part.get("Content-Type", ""), partial(part.get_payload, decode=True)
    elif kind:
        yield "", kind.media_type, lambda: body


def _records(file: IO[bytes]) -> Iterator[File]:
    from warcio.archiveiterator import ArchiveIterator

    for record in ArchiveIterator(file):
        headers = record.http_headers or record.rec_headers
        if record.rec_type == "resource" or (record.rec_type == "response" and headers.get_statuscode() == "200"):
            url, media_type = record.rec_headers.get_header("WARC-Target-URI"), headers.get_header("Content-Type")
            yield url or "", media_type or "", partial(_content, record.content_stream())


def _content(stream: IO[bytes]) -> bytes:
    return b"".join(islice(iter(partial(stream.read, 2**16), b""), MAX_FILE // 2**16))


def _paragraphs(text: str) -> Iterator[Block]:
    return (("p", part.strip(), 0) for part in re.split(r"\n\s*\n", text) if part.strip())


def _bounded(blocks: Iterator[Block]) -> dict[str, Any]:
    left, found = MAX_SHOWN, list[Block]()
    for kind, text, number in islice(blocks, MAX_BLOCKS):
        if left > 0:
            found.append((kind, text[:left], number))
        left -= len(text)
    return {"blocks": found, "cut": left < 0 or next(blocks, None) is not None}


def _read_html(html: str, url: str, names: set[str]) -> dict[str, Any]:
    from lxml.etree import strip_elements, strip_tags
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    tree = document_fromstring(html.encode(errors="replace"), parser=parser)
    pictures = _find_pictures(tree, urljoin(url, tree.xpath("string(//base/@href)")), names)
    found = {"title": tree.xpath("string(//title)"), "language": tree.get("lang"), "pictures": pictures}
    strip_elements(tree, *_HIDDEN.split(), with_tail=False)
    strip_tags(tree, *_INLINE.split())
    # libxml2 leaves out what is nested too deeply, and everything after it.
    is_deep = any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)
    is_long = sum(1 for _ in tree.iter()) > MAX_ELEMENTS
    shown = _bounded(_html_blocks(tree))
    return found | shown | {"cut": shown["cut"] or is_deep or is_long}


def _find_pictures(tree: Any, url: str, names: set[str]) -> list[str]:
    """Return the URLs of the pictures that the copy contains, and mark their elements."""
    pictures = list[str]()
    for node in islice(tree.iter("img"), MAX_PICTURES):
        found = [node.get("src", ""), node.get("data-src", ""), *node.get("srcset", "").split()[:10]]
        whole = (each if each.startswith(_DATA) else urldefrag(urljoin(url, each.strip(", ")))[0] for each in found)
        own = next((each for each in whole if each in names or (each.startswith(_DATA) and len(each) > MIN_DATA)), None)
        if own and not any(_SMALL.fullmatch(node.get(side, "")) for side in ("width", "height")):
            node.tag, node.attrib["number"] = _OWN, str(len(pictures))
            pictures.append(own)
    return pictures


def _html_blocks(tree: Any) -> Iterator[Block]:
    """Yield the blocks, without recursion, because a hostile page can nest its elements deeply."""
    from lxml.etree import iterwalk

    words, kinds, links, margins, has_words = list[str](), ["p"], 0, 0, False
    walk = iterwalk(tree, events=("start", "end"))
    for event, node in islice(walk, 2 * MAX_ELEMENTS):
        step = 1 if event == "start" else -1
        if node.tag not in ("a", "br"):  # the other inline elements are stripped
            lines = (" ".join(line.split()) for line in "".join(words).split("\0"))
            if text := "\n".join(filter(None, lines)):
                # A paragraph or an item that is only a link belongs to a menu or a list of other pages.
                is_margin = margins or (not has_words and kinds[-1] in ("p", "li"))
                yield f"-{kinds[-1]}" if is_margin else kinds[-1], text, 0
            words, has_words = [], False
        margins += step * (node.tag in _MARGIN)
        if node.tag in _KINDS:
            kinds = [*kinds, _KINDS[node.tag]] if step == 1 else kinds[:-1]
        text = (node.text if step == 1 else node.tail) or ""
        if step == 1 and node.tag == _OWN:
            yield "img", " ".join(node.get("alt", "").split()), int(node.get("number"))
        elif step == 1 and node.tag == "tr" and (row := _row(node)):
            yield "row", row, 0
            walk.skip_subtree()
            text = ""
        links += step * (node.tag == "a")
        words += ["\0"] * (node.tag == "br" and step == 1) + [text]
        has_words = has_words or (not links and not text.isspace() and text != "")


def _row(node: Any) -> str:
    """Return the cells of a row, or "" if the table arranges the page."""
    is_layout = len(node) < 2 or node.xpath(f"boolean(.//table | .//{_OWN})")
    row = "\t".join(" ".join(" ".join(cell.itertext()).split()) for cell in node) if not is_layout else ""
    return row if len(row) < MAX_ROW and row.strip() else ""
