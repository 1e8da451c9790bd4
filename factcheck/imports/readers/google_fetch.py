"""An answer of `claims:search`, all its pages, into a file that the readers take."""

import hashlib
import json
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from django.utils.text import slugify

MAX_PAGES = 10_000
MAX_PAGE = 16 * 1024 * 1024  # bytes
TIMEOUT = 60  # seconds without a byte

_METHOD = "/v1alpha1/claims:search"
_SECRETS = ("key", "access_token", "oauth_token")
# Bytes. File systems allow 255, and names that are made of this one are longer by what import_reviews appends.
_MAX_NAME = 200


class FetchError(Exception):
    """The text says what went wrong and where; never the address's parameters, which may hold a key."""


def is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def fetch_claims(address: str, folder: Path) -> Path:
    """Every page of the answer as a line of a file in the folder, which is named as `_name` says.

    Pages are asked for until one has no `nextPageToken`. Raises FetchError.
    """
    parts = _parts(address)
    query: dict[str, list[str]] = parse_qs(parts.query, keep_blank_values=True)
    path = folder / f"{_name(parts, query)}.jsonl"
    # Half a character stays as JSON escapes it, so that the record is refused that has it, and not all of them.
    with path.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for page in range(1, MAX_PAGES + 1):
            token = _fetch_page(urlunsplit(parts._replace(query=_written(query), fragment="")), out)
            if not token:
                return path
            if query.get("pageToken") == [token]:
                raise FetchError(f"{parts.hostname} leads from page {page} to itself.")
            query["pageToken"] = [token]
    raise FetchError(f"{parts.hostname} has more than {MAX_PAGES} pages: search for less at a time.")


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are no IPv6 address
        parts = urlsplit("")
    if not parts.hostname or parts.path != _METHOD:
        raise FetchError(f"Give the address of a claims:search, such as https://<host>{_METHOD}?query=…")
    return parts


def _name(parts: SplitResult, query: Mapping[str, list[str]]) -> str:
    """The host and what was searched for, as far as there is room, and a digest that tells addresses apart.

    The same whenever an address is asked, whatever key it has: by its files an import that was interrupted goes on.
    """
    host, place = parts.hostname or "", parts.netloc.rpartition("@")[2].lower()
    asked = [value for name in ("query", "reviewPublisherSiteFilter") for value in query.get(name, [])]
    open_to_all = {name: values for name, values in sorted(query.items()) if name not in _SECRETS}
    whole = f"{parts.scheme}://{place}?{_written(open_to_all)}".encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(whole).hexdigest()[:12]
    told = slugify(" ".join([host, *asked]), allow_unicode=True).encode()[: _MAX_NAME - len(digest) - 1]
    return f"{told.decode(errors='ignore')}-{digest}"


def _written(query: Mapping[str, list[str]]) -> str:
    """As in an address; half a character too, which a terminal or a server may hand us."""
    return urlencode(query, doseq=True, errors="surrogatepass")


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
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a host that cannot be one
        raise FetchError(f"{host} cannot be reached: {getattr(error, 'reason', error)}") from None
    if len(content) > MAX_PAGE:
        raise FetchError(f"{host} sends a page of more than {MAX_PAGE} bytes.")
    try:
        page = json.loads(content)
        claims, token = page.get("claims", []), page.get("nextPageToken", "")
        line = json.dumps({"claims": claims}, ensure_ascii=False)
    except (ValueError, AttributeError, RecursionError):
        raise FetchError(f"{host} sends something that is no answer of claims:search.") from None
    if claims:
        out.write(line + "\n")
    return token if isinstance(token, str) else ""


def _message(error: HTTPError) -> str:
    """What Google's error says, or else the status in words."""
    try:
        return str(json.loads(error.read(MAX_PAGE))["error"]["message"])[:500]
    except (ValueError, LookupError, TypeError, RecursionError, OSError, HTTPException):
        return str(error.reason)
