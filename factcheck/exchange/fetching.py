"""An answer of `claims:search`, all its pages, into a file that the readers take."""

import json
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from django.utils.text import slugify

MAX_PAGES = 10_000
MAX_PAGE = 16 * 1024 * 1024  # bytes
TIMEOUT = 60  # seconds without a byte

_METHOD = "/v1alpha1/claims:search"


class FetchError(Exception):
    """The text says what went wrong and where; never the address's parameters, which may hold a key."""


def is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def fetch_claims(address: str, folder: Path) -> Path:
    """Every page of the answer as a line of a file in the folder, named for the host and what was searched for.

    Pages are asked for until one has no `nextPageToken`. Raises FetchError.
    """
    parts = urlsplit(address)
    if not parts.hostname or parts.path != _METHOD:
        raise FetchError(f"Give the address of a claims:search, such as https://<host>{_METHOD}?query=…")
    query: dict[str, list[str]] = parse_qs(parts.query, keep_blank_values=True)
    asked = [value for name in ("query", "reviewPublisherSiteFilter") for value in query.get(name, [])]
    path = folder / f"{slugify(' '.join([parts.hostname, *asked]), allow_unicode=True)[:100]}.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for page in range(1, MAX_PAGES + 1):
            token = _fetch_page(urlunsplit(parts._replace(query=urlencode(query, doseq=True), fragment="")), out)
            if not token:
                return path
            if query.get("pageToken") == [token]:
                raise FetchError(f"{parts.hostname} leads from page {page} to itself.")
            query["pageToken"] = [token]
    raise FetchError(f"{parts.hostname} has more than {MAX_PAGES} pages: search for less at a time.")


def _fetch_page(address: str, out: IO[str]) -> str:
    """Writes the page down. Returns the token of the next one, "" on the last."""
    host = urlsplit(address).hostname
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 (http or https: is_address)
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            content = answer.read(MAX_PAGE + 1)
    except HTTPError as error:
        with error:
            raise FetchError(f"{host} answers {error.code}: {_message(error)}") from None
    except (OSError, HTTPException) as error:
        raise FetchError(f"{host} cannot be reached: {getattr(error, 'reason', error)}") from None
    if len(content) > MAX_PAGE:
        raise FetchError(f"{host} sends a page of more than {MAX_PAGE} bytes.")
    try:
        page = json.loads(content)
        claims, token = page.get("claims", []), page.get("nextPageToken", "")
    except (ValueError, AttributeError):
        raise FetchError(f"{host} sends something that is no answer of claims:search.") from None
    if claims:
        out.write(json.dumps({"claims": claims}, ensure_ascii=False) + "\n")
    return token if isinstance(token, str) else ""


def _message(error: HTTPError) -> str:
    """What Google's error says, or else the status in words."""
    try:
        return str(json.loads(error.read(MAX_PAGE))["error"]["message"])[:500]
    except (ValueError, LookupError, TypeError, OSError):
        return str(error.reason)
