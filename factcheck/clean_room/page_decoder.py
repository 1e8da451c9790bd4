"""The decoding of web pages and PDFs: title, publisher, date, language and readable text."""

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

PAGES = ("text/html", "application/xhtml+xml", "text/plain", "")  # media types of pages that aren't PDFs
MAX_HTML = 3_000_000  # in bytes, the rest of a longer page is ignored
MAX_PAGES = 200  # of a PDF
MAX_TEXT = 500_000  # in characters
# The expression stops at the next bracket, so a hostile page can't cause quadratic time.
_TAG = re.compile(r"<[^<>]*>")


def is_page(body: bytes, content_type: str) -> bool:
    """Return whether the file is a web page, a text or a PDF."""
    return is_pdf(body) or (bool(body) and media_type_of(content_type) in PAGES)


def is_pdf(body: bytes) -> bool:
    return body[:1024].lstrip().startswith(b"%PDF-")


def media_type_of(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def read_page(body: bytes, *, url: str, content_type: str) -> dict[str, str | None]:
    if is_pdf(body):
        title, language, pages = pdf_pages(body)
        return {"title": title, "language": language, "text": "\n\n".join(pages)[:MAX_TEXT]}
    from trafilatura import bare_extraction, html2txt
    from trafilatura.metadata import extract_metadata
    from trafilatura.utils import load_html

    html = decode_page(body, content_type)
    tree = load_html(html)
    if tree is None:
        return {"text": html[:MAX_TEXT], "everything": html}
    languages = tree.xpath("/html/@lang | //meta[@http-equiv='content-language']/@content")
    # Only dates from the markup and the URL are used. A date from the page's text is often the date of something else.
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")
    dates = {"original_date": True, "extensive_search": False, "max_date": tomorrow}
    found = extract_metadata(tree, url, dates)
    extracted = bare_extraction(html, url, fast=True, include_comments=False)
    return {
        "title": found.title,
        "publisher_name": found.sitename,
        "published_on": found.date,
        "language": languages[0] if languages else None,
        "text": (getattr(extracted, "text", None) or html2txt(html) or "")[:MAX_TEXT],
        "everything": text_of_html(html),
    }


def decode_page(body: bytes, content_type: str) -> str:
    """Return the text of an HTML page in the encoding that browsers find."""
    from trafilatura.utils import detect_encoding
    from w3lib.encoding import html_to_unicode

    def guess(content: bytes) -> str | None:
        return next(iter(detect_encoding(content[:100_000])), None)

    return html_to_unicode(content_type or None, body[:MAX_HTML], auto_detect_fun=guess)[1]


def text_of_html(content: str) -> str:
    """Return all words of an HTML page, including the menus, which the readable text leaves out."""
    return unescape(_TAG.sub(" ", content))


def pdf_pages(body: bytes) -> tuple[str | None, str | None, list[str]]:
    """Return the title, the language and the text of each page."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    pages, length = [], 0
    for page in reader.pages[:MAX_PAGES]:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > MAX_TEXT:
            break
    described = reader.metadata
    return described.title if described else None, reader.root_object.get("/Lang"), pages
