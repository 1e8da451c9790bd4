"""Fetches pages from hosts that may be hostile. Requests never reach a private network, and everything is bounded.

Each host name is resolved once, and all its IP addresses are checked (`public_addresses`). The connection uses one of
these addresses, with the name in TLS and in the Host header. A later change of the name's addresses therefore has no
effect. Each redirect is checked in the same way. The client has no cookies and doesn't use proxies.
"""

import http.client
import io
import socket
import ssl
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urldefrag, urljoin

from django.conf import settings

from factcheck.server.http_client import connect
from factcheck.server.public_addresses import Target, is_public_address, is_public_host, parse

SECONDS = 30.0  # for all requests of a fetch together, from the first name lookup to the last byte
MAX_REDIRECTS = 8
MAX_ADDRESSES = 3  # the number of a host's addresses to try
MAX_HEADERS = 64 * 1024  # in bytes, including interim responses
MAX_BODY = 20_000_000  # in bytes, of all responses of a fetch together, both as received and decompressed
_PIECE = 64 * 1024


class Problem(StrEnum):
    INVALID = "invalid_url"
    NOT_PUBLIC = "not_public"
    UNKNOWN_HOST = "unknown_host"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"
    TOO_LARGE = "too_large"
    REDIRECTS = "too_many_redirects"
    GARBLED = "garbled"


class FetchError(Exception):
    """The page can't be fetched."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response. `request` and `response` are the exact bytes, and `body` is decompressed."""

    url: str
    address: str
    at: datetime
    request: bytes
    response: bytes
    status: int
    headers: Message
    body: bytes


def fetch(url: str) -> list[Exchange]:
    """Fetch a page. Returns the redirects and then the final exchange, with any status. Raises FetchError."""
    end, most, exchanges = time.monotonic() + SECONDS, MAX_BODY, list[Exchange]()
    target: str | None = url
    while target is not None:
        if len(exchanges) > MAX_REDIRECTS:
            raise FetchError(Problem.REDIRECTS)
        last = _fetch_one(target, end, most)
        exchanges.append(last)
        most = max(most - max(len(last.response), len(last.body)), 0)
        target = _redirect(last)
    return exchanges


def _redirect(exchange: Exchange) -> str | None:
    target = exchange.headers.get("Location")
    if exchange.status not in (301, 302, 303, 307, 308) or not target:
        return None
    with suppress(UnicodeError):  # http.client reads headers as Latin-1, but browsers read UTF-8
        target = target.encode("latin-1").decode()
    try:
        return urljoin(exchange.url, target)
    except ValueError:
        raise FetchError(Problem.INVALID) from None


def _fetch_one(url: str, end: float, most: int) -> Exchange:
    try:
        target = parse(urldefrag(url).url)
    except ValueError:
        raise FetchError(Problem.INVALID) from None
    addresses = _checked_addresses(target, end)
    at = datetime.now(UTC)
    seconds = max(end - time.monotonic(), 0.001)
    try:
        with connect(addresses, target.host, tls=target.secure, seconds=seconds) as connection:
            address = str(connection.sock.getpeername()[0])
            tap = _Tap(connection.sock)
            connection.sock = cast("Any", tap)
            connection.request("GET", target.path, headers=_headers(target))
            response = connection.getresponse()
            tap.most = len(tap.received) + most
            body = _read(response, most)
    except (http.client.HTTPException, OSError, ValueError) as problem:
        raise FetchError(_problem(problem, end)) from problem
    if time.monotonic() >= end:
        raise FetchError(Problem.TIMEOUT)  # a truncated body can look complete
    content = _decompress(body, response.headers.get("Content-Encoding", ""), most)
    return Exchange(
        url=target.url,
        address=address,
        at=at,
        request=bytes(tap.sent),
        response=bytes(tap.received),
        status=response.status,
        headers=response.headers,
        body=content,
    )


def _problem(problem: Exception, end: float) -> Problem:
    if isinstance(problem, TimeoutError) or time.monotonic() >= end:
        return Problem.TIMEOUT
    if isinstance(problem, ssl.SSLError):
        return Problem.INSECURE
    return Problem.UNREACHABLE if isinstance(problem, OSError) else Problem.GARBLED


def _headers(target: Target) -> dict[str, str]:
    return {
        "Host": target.host_header,
        "User-Agent": f"Mozilla/5.0 (compatible; factcheck; +{settings.SITE_URL})",
        "Accept": "text/html,application/xhtml+xml,application/pdf,image/*,*/*;q=0.8",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }


def _checked_addresses(target: Target, end: float) -> list[Any]:
    """Return the first addresses of the host. All its addresses must be public, and no private name is looked up."""
    if not is_public_host(target.host):
        raise FetchError(Problem.NOT_PUBLIC)
    addresses = _resolve(target, end)
    if not addresses:
        raise FetchError(Problem.UNKNOWN_HOST)
    if not all(is_public_address(str(sockaddr[0])) for *_, sockaddr in addresses):
        raise FetchError(Problem.NOT_PUBLIC)
    return addresses[:MAX_ADDRESSES]


def _resolve(target: Target, end: float) -> list[Any]:
    """Resolve the name in a thread of its own, because getaddrinfo has no timeout. Returns an empty list if unknown."""
    found: list[list[Any]] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except OSError:
            found.append([])

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(max(end - time.monotonic(), 0))
    if not found:
        raise FetchError(Problem.TIMEOUT)
    return found[0]


class _Tap(io.RawIOBase):
    """A connection that keeps all bytes sent and received. Raises FetchError after `most` received bytes."""

    def __init__(self, link: socket.socket) -> None:
        self.link, self.sent, self.received, self.most = link, bytearray(), bytearray(), MAX_HEADERS

    def sendall(self, data: bytes) -> None:
        self.sent += data
        self.link.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self.link.recv_into(buffer)
        self.received += memoryview(buffer)[:count]
        if len(self.received) > self.most:
            raise FetchError(Problem.TOO_LARGE)
        return count

    def close(self) -> None:
        """Do nothing, because `connect` closes the connection, and http.client closes it before the body is read."""


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    if response.status < 200:
        raise http.client.BadStatusLine(str(response.status))
    if response.length is not None and response.length > most:
        raise FetchError(Problem.TOO_LARGE)
    body = bytearray()
    while piece := response.read(_PIECE):
        body += piece
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(body)


def _decompress(body: bytes, encoding: str, most: int) -> bytes:
    """Decompress up to `most` bytes. Only encodings from `Accept-Encoding` are supported."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(Problem.GARBLED)
    # RFC 9110 requires zlib's header for "deflate", but some servers don't send it.
    is_raw = encoding == "deflate" and body[0] & 0x0F != 8
    stream = zlib.decompressobj(-zlib.MAX_WBITS if is_raw else zlib.MAX_WBITS + 32)
    try:
        content = stream.decompress(body, most + 1)
    except zlib.error:
        raise FetchError(Problem.GARBLED) from None
    if len(content) > most:
        raise FetchError(Problem.TOO_LARGE)
    if not stream.eof:
        raise FetchError(Problem.GARBLED)
    return content
