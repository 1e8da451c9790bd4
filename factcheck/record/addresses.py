"""Addresses: ours, and keys by which any web address is found again, whichever way it was written down."""

import hashlib
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings


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

    Scheme, `www.`, the host's case, the fragment and a slash at the end do not count (RFC 3986,
    section 6); path and query do. A digest, because an index entry of PostgreSQL holds 2,700 bytes.
    """
    parts = urlsplit(url.strip())
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    plain = f"{site_of(url)}{port}{parts.path.rstrip('/')}{'?' + parts.query if parts.query else ''}"
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def site_of(url: str) -> str:
    """The host of an address in lower case without `www.` ("" when there is none)."""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
