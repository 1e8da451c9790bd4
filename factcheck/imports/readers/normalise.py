"""Normalises single values of other publishers' files, as the table in docs/reference/import-formats.md says."""

import html
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from factcheck.record.formats.text import clean_text
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.values import read_language, read_url

# Only references that end in a semicolon, because "AT&T" and "?a=1&copy=2" aren't entities.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)


def tidy(value: str, *, one_line: bool = False) -> str:
    """The text with HTML entities resolved (once), without control characters, in NFC, trimmed.

    `one_line`, for names and titles: every run of white space becomes one space.
    """
    value = clean_text(_CONTROL.sub("", _ENTITY.sub(lambda found: html.unescape(found.group()), value)))
    return " ".join(value.split()) if one_line else value


def web_address(value: str) -> str | None:
    """The URL in its normal spelling, or None if it isn't a URL."""
    return _read(read_url, value)


def language_tag(value: str) -> str | None:
    """The language tag in its usual case, or None if it isn't a language tag."""
    return _read(read_language, value)


def site_of_review(address: str) -> str:
    """The host of a valid URL in lower case, without `www.` and port, as in Google's field `site`.

    Like `record.formats.urls.site_of`, but without Django, which the process that reads large files doesn't load.
    """
    return (urlsplit(address).hostname or "").removeprefix("www.")


def calendar_date(value: str) -> str | None:
    """ "YYYY-MM-DD" from the beginning of the value, or None if the value doesn't begin with such a day.

    A time and a zone after the day are ignored, because readers saw this day. Day-first and month-first forms are
    ambiguous and give None, and so do years and months alone.
    """
    found = _DATE.fullmatch(value.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
    except ValueError:
        return None


def _read(rule: Callable[[str], str | None], value: str) -> str | None:
    try:
        return rule(value)
    except InvalidValue:
        return None
