"""Addresses: ours, and keys by which any web address is found again, whichever way it was written down."""

import hashlib
import re
import string
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings

from factcheck.record.formats.text import nfc


def claim_url(claim_id: UUID | str) -> str:
    """Where the API has a claim."""
    return f"{settings.SITE_URL}/api/v1/claims/{claim_id}/"


def review_of_page(url: str) -> UUID | None:
    """The id in the address of a review's page on this site; None for every other address."""
    before, after = f"{settings.SITE_URL}/reviews/", url.rstrip("/")
    try:
        return UUID(after.removeprefix(before)) if after.startswith(before) else None
    except ValueError:
        return None


def address_key(url: str) -> str:
    """32 hexadecimal digits that are the same for addresses that lead to the same page.

    Scheme, `www.`, the host's case, the fragment, a slash at the end and the spelling of a character do not count
    (RFC 3986, section 6.2); path and query do. A digest, because an index entry of PostgreSQL holds 2,700 bytes.
    """
    url = nfc(url.strip())
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path, query = _in_one_spelling(parts.path).rstrip("/"), _in_one_spelling(parts.query)
    plain = f"{site_of(url)}{port}{path}{'?' + query if query else ''}"
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_ESCAPED = re.compile("%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_RESERVED = ":/?#[]@!$&'()*+,;="


def _in_one_spelling(part: str) -> str:
    """As `%C4%91` what may stand as `đ` or `%c4%91`, as `a` what may stand as `%61`; `%2F` is not `/`."""
    written = quote(part, safe=f"{_RESERVED}%", errors="surrogatepass")
    return _ESCAPED.sub(_unescaped_if_unreserved, written)


def _unescaped_if_unreserved(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def site_of(url: str) -> str:
    """The host of an address in lower case without `www.` ("" when there is none)."""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")


def page_url(place: str, subject: UUID) -> str:
    return f"{settings.SITE_URL}/{place}/{subject}/"
