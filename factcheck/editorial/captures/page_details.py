"""The details of a page: title, publisher, date, language and readable text.

The page is hostile, so a process with limits for time and memory parses it (`page_parser`). If the process fails or
reaches a limit, the page has no details.
"""

import json
import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from factcheck.record.formats.text import replace_forbidden

logger = logging.getLogger(__name__)

SECONDS = 15.0
MAX_TITLE, MAX_PUBLISHER = 300, 200
_PARSER = Path(__file__).with_name("page_parser.py")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})([-_].*)?")


@dataclass(frozen=True, slots=True)
class PageDetails:
    title: str = ""
    publisher_name: str = ""
    published_on: date | None = None
    language: str = ""
    text: str = ""


def read_details(body: bytes, content_type: str, url: str) -> PageDetails:
    """Return the details of a page or PDF. Other files, such as images, don't have details."""
    kind = _kind(body, content_type)
    if not kind:
        return PageDetails()
    try:
        parsed = subprocess.run(
            [sys.executable, "-I", str(_PARSER), kind, url, content_type],
            input=body,
            capture_output=True,
            timeout=SECONDS,
            env={},
            check=True,
        )
        return _details(json.loads(parsed.stdout))
    except (subprocess.SubprocessError, OSError, ValueError) as problem:
        logger.info("The details of %s can't be read: %s", url, problem)
        return PageDetails()


def _kind(body: bytes, content_type: str) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    if body[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if media_type in ("text/html", "application/xhtml+xml", "text/plain", "") and body:
        return "html"
    return ""


def _details(found: dict[str, str | None]) -> PageDetails:
    """Return the details that `page_parser.py` found."""
    language = _LANGUAGE.fullmatch((found["language"] or "").strip())
    return PageDetails(
        title=_line(found["title"], MAX_TITLE),
        publisher_name=_line(found["publisher_name"], MAX_PUBLISHER),
        published_on=date.fromisoformat(found["published_on"]) if found["published_on"] else None,
        language=language[1].lower() if language else "",
        text=replace_forbidden(found["text"] or ""),
    )


def _line(value: str | None, limit: int) -> str:
    """Return the text as one line in NFC, cut to `limit` characters."""
    line = " ".join(replace_forbidden(value or "").split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
