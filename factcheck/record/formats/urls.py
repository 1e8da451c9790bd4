"""URLs of this site, and keys that are equal for different spellings of the same URL."""

import hashlib
import re
import string
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings

from factcheck.record.formats.text import nfc

PICTURE_PATH = re.compile(r"/pictures/([0-9a-f]{64})\.(jpg|png|webp)")
_ESCAPED = re.compile("%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_RESERVED = ":/?#[]@!$&'()*+,;="
# Parameters that platforms add to URLs, to recognise the people who share and open them.
_TRACKING = re.compile("(fbclid|utm_[^=]*)(=|$)", re.IGNORECASE)


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

    The key depends on the path and the query. It ignores the scheme, `www.`, `m.`, the host's case, the fragment, a
    trailing slash, tracking parameters and percent-encoding (RFC 3986, section 6.2). The key is a digest, because index
    entries in PostgreSQL are limited to 2,700 bytes.
    """
    url = nfc(url.strip())
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path, query = _normalise_escapes(parts.path).rstrip("/"), _normalise_escapes(parts.query)
    query = "&".join(each for each in query.split("&") if not _TRACKING.match(each))
    *labels, site, ending = ["", *site_of(url).split(".")]
    host = ".".join(
        [*(label for label in labels if label not in ("", "m")), site, ending]
    )  # m.a.example, vi.m.a.example
    plain = f"{host}{port}{path}{'?' + query if query else ''}"
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def link_key(url: str) -> int:
    """Return a shorter form of `url_key` for the many URLs that reviews cite.

    Different URLs can have the same short key, so the caller compares the URLs of the rows that it finds.
    """
    return int(url_key(url)[:15], 16)


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
