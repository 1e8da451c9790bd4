"""URLs of this site, and keys that are equal for different spellings of the same URL."""

import hashlib
import re
import string
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

from django.conf import settings

from factcheck.record.formats.text import nfc

PICTURE_PATH = re.compile(r"/pictures/([0-9a-f]{64})\.(jpg|png|webp)")
_ESCAPED = re.compile("%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_RESERVED = ":/?#[]@!$&'()*+,;="
_RULES_FILE = tomllib.loads(Path(__file__).with_name("url_rules.toml").read_text(encoding="utf-8"))
_PATTERNS = {"host": ".+", "path": ".*", "parameters": ""}
_RULES = [
    {**rule, **{name: re.compile(rule.get(name, default), re.IGNORECASE) for name, default in _PATTERNS.items()}}
    for rule in _RULES_FILE["rules"]
]
URL_RULES: int = _RULES_FILE["version"]
_MAX_CHANGES = 10  # the most that a URL needs is a link out of Facebook to a page with tracking on a telephone's host


def claim_url(claim_id: UUID | str) -> str:
    """Return a claim's URL in the API."""
    return f"{settings.SITE_URL}/api/v1/claims/{claim_id}/"


def review_id_of(url: str) -> UUID | None:
    """Return the id of the review whose page on this site has this URL, or None."""
    before, after = f"{settings.SITE_URL}/reviews/", url.rstrip("/")
    try:
        return UUID(after.removeprefix(before)) if after.startswith(before) else None
    except ValueError:
        return None


def url_key(url: str) -> str:
    """Return a key of 32 hexadecimal digits that is the same for all URLs of the same page.

    The key depends on the path and the query. It ignores the scheme, `www.`, the host's case, the fragment, a trailing
    slash and percent-encoding (RFC 3986, section 6.2), and follows the rules in `url_rules.toml`. The key is a digest,
    because index entries in PostgreSQL are limited to 2,700 bytes.
    """
    return hashlib.sha256(plain_url(url).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def plain_url(url: str) -> str:
    """Return the spelling that all URLs of the same page share, without its scheme. Raise ValueError as `urlsplit`."""
    plain = _normalise(url)
    seen = {plain}
    while len(seen) <= _MAX_CHANGES and (other := _other_url(plain, seen)):
        seen.add(plain := other)
    return plain


def _normalise(url: str) -> str:
    """Return the URL in one spelling, without its scheme. Raise ValueError for an invalid port."""
    parts = urlsplit(nfc(url.strip()))
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = _normalise_escapes(parts.query)
    return f"{site_of(url)}{port}{_normalise_escapes(parts.path).rstrip('/')}{'?' + query if query else ''}"


def _other_url(plain: str, seen: set[str]) -> str | None:
    """Return the URL that the first rule gives that fits and changes something, or None."""
    address, _mark, query = plain.partition("?")
    host, slash, path = address.partition("/")
    for rule in _RULES:
        if (in_host := rule["host"].fullmatch(host)) and (in_path := rule["path"].fullmatch(slash + path)):
            names = {**in_host.groupdict(), **in_path.groupdict(), "path": slash + path}
            with suppress(KeyError, ValueError):  # a parameter is missing, or a port is invalid
                other = _normalise(_apply(rule, query, {"host": host, **names}))
                if other not in seen and not other.startswith("/"):  # a URL without a host
                    return other
    return None


def _apply(rule: Mapping[str, Any], query: str, names: Mapping[str, str]) -> str:
    """Return the URL that is the same by this rule, or one without a host. Raise KeyError if a parameter is missing."""
    given = query.split("&")
    values = {name: value for name, _equals, value in (each.partition("=") for each in reversed(given)) if value}
    if "inside" in rule:
        found = (unquote(values[name]) for name in rule["inside"] if name in values)
        return next((url for url in found if url.startswith(("http://", "https://"))), "///")
    if "same_as" in rule:
        other = rule["same_as"].format_map({**values, **names, "query": f"?{query}" if query else ""})
        kept = "&".join(f"{name}={values[name]}" for name in rule.get("keep", ()) if name in values)
        return f"{other}{'&' if '?' in other else '?'}{kept}" if kept else other
    others = [each for each in given if not rule["parameters"].fullmatch(each.partition("=")[0])]
    return f"https://{names['host']}{names['path']}?{'&'.join(others)}"


def link_key(url: str) -> int:
    """Return the first 60 bits of `url_key`, for the many URLs that reviews cite.

    Among a million URLs, two have the same short key with a probability of one in two million.
    """
    return link_key_of(url_key(url))


def link_key_of(key: str) -> int:
    return int(key[:15], 16)


def site_of(url: str) -> str:
    """Return the URL's host in lower case without `www.`, or "" if the URL has no host."""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")


def page_url(section: str, subject: UUID) -> str:
    return f"{settings.SITE_URL}/{section}/{subject}/"


def _normalise_escapes(part: str) -> str:
    """Return the part with normalised percent-encoding.

    For example, `đ` and `%c4%91` become `%C4%91`, `%61` becomes `a`, and `%2F` doesn't change.
    """
    written = quote(part, safe=f"{_RESERVED}%", errors="surrogatepass")
    return _ESCAPED.sub(_unescaped_if_unreserved, written)


def _unescaped_if_unreserved(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()
