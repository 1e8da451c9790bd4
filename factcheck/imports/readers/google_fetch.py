"""The download of all pages of a `claims:search` response into a file for the readers."""

import hashlib
import json
from collections.abc import Mapping
from http.client import responses
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit, urlunsplit

from django.utils.text import slugify

from factcheck.tools import http_client

MAX_PAGES = 10_000
MAX_PAGE = 16 * 1024 * 1024  # in bytes
TIMEOUT = 120  # in seconds, for a page

_METHOD = "/v1alpha1/claims:search"
_SECRETS = ("key", "access_token", "oauth_token")
# In bytes. File systems allow 255, and import_reviews adds a suffix to the name.
_MAX_NAME = 200


class FetchError(Exception):
    """The error for a failed download. The message never contains the URL's parameters, which can include a key."""


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def fetch_claims(address: str, folder: Path) -> Path:
    """Write every page of the response as one line of a file in the folder, and return the file's path.

    Pages are requested until a page has no `nextPageToken`. Raises FetchError.
    """
    parts = _parts(address)
    query: dict[str, list[str]] = parse_qs(parts.query, keep_blank_values=True)
    path = folder / f"{_file_name(parts, query)}.jsonl"
    # A lone surrogate is written as a JSON escape, so that only its record is refused.
    with path.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for page in range(1, MAX_PAGES + 1):
            token = _fetch_page(urlunsplit(parts._replace(query=_query_string(query), fragment="")), out)
            if not token:
                return path
            if query.get("pageToken") == [token]:
                raise FetchError(f"{parts.hostname} names page {page} as its own next page.")
            query["pageToken"] = [token]
    raise FetchError(f"{parts.hostname} has more than {MAX_PAGES} pages. Narrow the search.")


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
    except ValueError:  # for example brackets around something that isn't an IPv6 address
        parts = urlsplit("")
    if not parts.hostname or parts.path != _METHOD:
        raise FetchError(f"Give the URL of a claims:search request, for example https://<host>{_METHOD}?query=…")
    return parts


def _file_name(parts: SplitResult, query: Mapping[str, list[str]]) -> str:
    """Return a file name made of the host, as many of the search terms as fit, and a digest of the URL.

    The name doesn't depend on the key, so that an interrupted import can continue with the same file.
    """
    host, place = parts.hostname or "", parts.netloc.rpartition("@")[2].lower()
    search_terms = [value for name in ("query", "reviewPublisherSiteFilter") for value in query.get(name, [])]
    open_to_all = {name: values for name, values in sorted(query.items()) if name not in _SECRETS}
    whole = f"{parts.scheme}://{place}?{_query_string(open_to_all)}".encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(whole).hexdigest()[:12]
    slug = slugify(" ".join([host, *search_terms]), allow_unicode=True).encode()[: _MAX_NAME - len(digest) - 1]
    return f"{slug.decode(errors='ignore')}-{digest}"


def _query_string(query: Mapping[str, list[str]]) -> str:
    """Return the URL-encoded query. The query can contain lone surrogates from a terminal or a server."""
    return urlencode(query, doseq=True, errors="surrogatepass")


def _fetch_page(address: str, out: IO[str]) -> str:
    """Write the page to the file. Return the token of the next page, or "" after the last page."""
    host = urlsplit(address).hostname
    headers = {"Accept": "application/json"}
    try:
        last = http_client.fetch(address, headers, seconds=TIMEOUT, max_body=MAX_PAGE, any_host=True)[-1]
    except http_client.FetchError as error:
        if error.problem == http_client.Problem.TOO_LARGE:
            raise FetchError(f"{host} sends a page of more than {MAX_PAGE} bytes.") from None
        raise FetchError(f"{host} cannot be reached: {error}") from None
    if last.status != 200:
        raise FetchError(f"{host} responds with {last.status}: {_message(last)}")
    try:
        page = json.loads(last.body)
        claims, token = page.get("claims", []), page.get("nextPageToken", "")
        line = json.dumps({"claims": claims}, ensure_ascii=False)
    except (ValueError, AttributeError, RecursionError):
        raise FetchError(f"{host} sends something other than a claims:search response.") from None
    if claims:
        out.write(line + "\n")
    return token if isinstance(token, str) else ""


def _message(response: http_client.Exchange) -> str:
    """Return the message of Google's error, or else the status text."""
    try:
        return str(json.loads(response.body)["error"]["message"])[:500]
    except (ValueError, LookupError, TypeError, RecursionError):
        return responses.get(response.status, "")
