"""The details of a page: title, publisher, date, language and readable text.

The page is hostile, so the clean room parses it. If the clean room fails or reaches a limit, the page has no details.
"""

import logging
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from factcheck.clean_room.door import decode
from factcheck.clean_room.page_decoder import is_page
from factcheck.clean_room.refusal import NoAnswer
from factcheck.record.formats.text import replace_forbidden, shorten

logger = logging.getLogger(__name__)

MAX_TITLE, MAX_PUBLISHER = 300, 200
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})([-_].*)?")


@dataclass(frozen=True, slots=True)
class PageDetails:
    title: str = ""
    publisher_name: str = ""
    published_on: date | None = None
    language: str = ""
    text: str = ""
    everything: str = ""  # all words of an HTML page, including the menus

    @property
    def columns(self) -> dict[str, Any]:
        """Return the details by column of a capture."""
        return {name: value for name, value in asdict(self).items() if name != "everything"}


def read_details(body: bytes, content_type: str, url: str, *, insist: bool = False) -> PageDetails:
    """Return the details of a page or PDF. Other files, such as images, don't have details.

    If the clean room is stopped, raise OSError. If it gives no answer about this file, raise NoAnswer only with
    `insist`, because the file may have ended its decoder.
    """
    if not is_page(body, content_type):
        return PageDetails()
    try:
        return _details(decode("page", body, url=url, content_type=content_type))
    except (ValueError, NoAnswer) as problem:
        if insist and isinstance(problem, NoAnswer):
            raise
        logger.info("The details of %s can't be read: %s", url, problem)
        return PageDetails()


def _details(found: dict[str, Any]) -> PageDetails:
    """Return the details that the clean room found. Nothing that it sends is trusted."""
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    language = _LANGUAGE.fullmatch(texts.get("language", "").strip())
    published_on = texts.get("published_on")
    return PageDetails(
        title=_line(texts.get("title", ""), MAX_TITLE),
        publisher_name=_line(texts.get("publisher_name", ""), MAX_PUBLISHER),
        published_on=date.fromisoformat(published_on) if published_on else None,
        language=language[1].lower() if language else "",
        text=replace_forbidden(texts.get("text", "")),
        everything=texts.get("everything", ""),
    )


def _line(value: str, limit: int) -> str:
    """Return the text as one line in NFC, cut to `limit` characters."""
    return shorten(" ".join(replace_forbidden(value).split()), limit)
