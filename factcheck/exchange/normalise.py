"""What is done to the single values of other people's files; docs/import.md has the table."""

import html
import re
import unicodedata
from datetime import date
from urllib.parse import urlsplit

from factcheck.exchange.shapes import MAX_ADDRESS, MAX_HOST
from factcheck.record.text import clean_text, find_forbidden

# Only references that end in a semicolon: "AT&T" and "?a=1&copy=2" are no entities.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)
# Language, script, region, variants; extensions and private tags name no language to filter by.
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*",
    re.ASCII,
)
# Browsers read "\\" as "/", which disguises the host. Brackets and other scripts stand in real addresses.
_NOT_IN_ADDRESS = re.compile(r"[\s<>\"\\]")


def tidy(value: str, *, one_line: bool = False) -> str:
    """The text with HTML entities resolved (once), without control characters, in NFC, trimmed.

    `one_line`, for names and titles: every run of white space becomes one space.
    """
    value = clean_text(_CONTROL.sub("", _ENTITY.sub(lambda found: html.unescape(found.group()), value)))
    return " ".join(value.split()) if one_line else value


def is_blank(value: str) -> bool:
    """True when there is nothing to see: white space, marks of direction, zero-width characters."""
    return all(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"} for character in value)


def web_address(value: str) -> str | None:
    """The address in NFC, without white space at its ends, its scheme in lower case; None when it is none.

    It must be http or https with a host, at most MAX_ADDRESS characters, without a name or password (which
    only disguise the host). Nothing else is changed, since a page is found again by its exact address.
    """
    value = clean_text(value)
    if len(value) > MAX_ADDRESS or _NOT_IN_ADDRESS.search(value) or find_forbidden(value):
        return None
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not 0 < len(host) <= MAX_HOST or port == 0 or "@" in parts.netloc:
        return None
    return parts.scheme + value[len(parts.scheme) :]


def site_of_review(address: str) -> str:
    """The host of a valid web address in lower case, without `www.` and port: what the field calls `site`.

    As `record.addresses.site_of`, which brings Django along; the process that reads large files does without it.
    """
    return (urlsplit(address).hostname or "").removeprefix("www.")


def calendar_date(value: str) -> str | None:
    """ "YYYY-MM-DD" as printed at the beginning of the value, or None when no such day is printed there.

    A time and a zone after it are left out, never applied: the day is the one that readers saw.
    Day-first and month-first forms cannot be told apart and give None, as do years and months alone.
    """
    found = _DATE.fullmatch(value.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
    except ValueError:
        return None


def language_tag(value: str) -> str | None:
    """A BCP-47 tag in its usual case ("vi-VN", "zh-Hant"), or None; "vi_VN" is read as "vi-VN"."""
    value = value.strip().replace("_", "-")
    if len(value) > 35 or not _LANGUAGE.fullmatch(value):
        return None
    first, *rest = value.split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cased.get(len(part), str.lower)(part) for part in rest)])
