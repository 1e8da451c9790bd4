"""The normalisation of single values from other publishers' files (table in docs/reference/import-formats.md)."""

import html
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from factcheck.record.formats.text import clean_text
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.values import read_language, read_url

# Only entities with a semicolon match, because "AT&T" and "?a=1&copy=2" don't contain entities.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)


def tidy(value: str, *, one_line: bool = False) -> str:
    """Return the trimmed text in NFC, without control characters. HTML entities are resolved once.

    With `one_line`, for names and titles, one space replaces every run of white space.
    """
    value = clean_text(_CONTROL.sub("", _ENTITY.sub(lambda found: html.unescape(found.group()), value)))
    return " ".join(value.split()) if one_line else value


def web_address(value: str) -> str | None:
    """Return the URL in its normalised spelling, or None if the value isn't a URL."""
    return _read(read_url, value)


def language_tag(value: str) -> str | None:
    """Return the language tag in normalised case, or None if the value isn't a language tag."""
    return _read(read_language, value)


def site_of_review(address: str) -> str:
    """Return the host of a valid URL in lower case, without `www.` and port, as in Google's `site` field.

    `record.formats.urls.site_of` returns the same, but needs Django, which isn't loaded when large files are read.
    """
    return (urlsplit(address).hostname or "").removeprefix("www.")


def calendar_date(value: str) -> str | None:
    """Return "YYYY-MM-DD" from the beginning of the value, or None if the value doesn't begin with such a day.

    A time and a zone after the day are ignored, because the publisher's readers saw this day. The result is also None
    for day-first and month-first forms, which are ambiguous, and for years and months without a day.
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
