"""The program that parses a hostile page in a process with its own limits. `page_details` runs it.

    python -I page_parser.py KIND URL CONTENT_TYPE    reads the page from standard input, and writes JSON

KIND is html or pdf. The process has no environment variables, so it can't read any secret of the site.
"""

import io
import json
import resource
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

CPU_SECONDS = 10
MEMORY = 768 * 1024**2  # in bytes
MAX_HTML = 3_000_000  # in bytes, the rest of a longer page is ignored
MAX_PAGES = 200  # of a PDF
MAX_TEXT = 500_000  # in characters


def main(kind: str, url: str, content_type: str) -> None:
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, 0)
    body = sys.stdin.buffer.read()
    details = read_html(body, url, content_type) if kind == "html" else read_pdf(body)
    json.dump({**details, "text": (details["text"] or "")[:MAX_TEXT]}, sys.stdout)


def _limit(kind: int, limit: int) -> None:
    with suppress(ValueError, OSError):  # macOS doesn't support all limits
        resource.setrlimit(kind, (limit, limit))


def read_html(body: bytes, url: str, content_type: str) -> dict[str, str | None]:
    from trafilatura import bare_extraction, html2txt
    from trafilatura.metadata import extract_metadata
    from trafilatura.utils import detect_encoding, load_html
    from w3lib.encoding import html_to_unicode

    def guess(content: bytes) -> str | None:
        return next(iter(detect_encoding(content[:100_000])), None)

    _encoding, html = html_to_unicode(content_type or None, body[:MAX_HTML], auto_detect_fun=guess)
    tree = load_html(html)
    if tree is None:
        return {"title": None, "publisher_name": None, "published_on": None, "language": None, "text": html}
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
        "text": getattr(extracted, "text", None) or html2txt(html),
    }


def read_pdf(body: bytes) -> dict[str, str | None]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    pages, length = [], 0
    for page in reader.pages[:MAX_PAGES]:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > MAX_TEXT:
            break
    described = reader.metadata
    return {
        "title": described.title if described else None,
        "publisher_name": None,
        "published_on": None,
        "language": reader.root_object.get("/Lang"),
        "text": "\n\n".join(pages),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
