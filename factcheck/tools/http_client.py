"""Sends all requests to other servers, which may be hostile. Every request is bounded.

Each host name is resolved once, and all its IP addresses are checked (`public_addresses`). The connection uses one of
these addresses, with the name in TLS and in the Host header. A later change of the name's addresses therefore has no
effect. Each redirect is checked in the same way. Only a host that the operator names can be private (`any_host`).

A time limit includes the name lookup and all packets. A server that sends one byte per second therefore reaches it. The
client has no cookies and doesn't use proxies.
"""

import io
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from enum import StrEnum
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any, cast
from urllib.parse import urldefrag, urljoin

from django.conf import settings

from factcheck.tools.public_addresses import Target, is_public_address, is_public_target, parse

SECONDS = 30.0  # for all requests of a fetch together
MAX_BODY = 20_000_000  # in bytes, of all responses of a fetch together, both as received and decompressed
MAX_REDIRECTS = 8
MAX_ADDRESSES = 3  # the number of a host's addresses to try
MAX_HEADERS = 64 * 1024  # in bytes, including interim responses
_PIECE = 64 * 1024
_FOR_PAGES = {"Accept": "text/html,application/xhtml+xml,application/pdf,image/*,*/*;q=0.8"}


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
    """The response is missing or can't be used. The message gives the reason, but no URL, which can contain a key."""

    def __init__(self, problem: Problem, reason: object = "") -> None:
        super().__init__(" ".join(str(reason).split())[:200] or problem.value.replace("_", " "))
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


def fetch(
    url: str,
    headers: Mapping[str, str] = _FOR_PAGES,
    *,
    seconds: float = SECONDS,
    max_body: int = MAX_BODY,
    any_host: bool = False,
) -> list[Exchange]:
    """Fetch a page. Returns the redirects and then the final exchange, with any status. Raises FetchError.

    With `any_host`, redirects can lead to the same host or to public hosts.
    """
    end, exchanges, first = time.monotonic() + seconds, list[Exchange](), _parse(url).host if any_host else None
    target: str | None = url
    while target is not None:
        if len(exchanges) > MAX_REDIRECTS:
            raise FetchError(Problem.REDIRECTS)
        seconds, any_host = end - time.monotonic(), _parse(target).host == first
        last = send("GET", target, None, headers, seconds=seconds, max_body=max_body, any_host=any_host)
        exchanges.append(last)
        max_body = max(max_body - max(len(last.response), len(last.body)), 0)
        target = _redirect(last)
    return exchanges


def send(
    method: str,
    url: str,
    content: bytes | None,
    headers: Mapping[str, str],
    *,
    seconds: float,
    max_body: int | None,
    any_host: bool = False,
    allow_loopback: bool = False,
) -> Exchange:
    """Send one request. Returns its response with any status. Raises FetchError.

    Redirects aren't followed. If `max_body` is None, the body isn't read.
    """
    end, target = time.monotonic() + seconds, _parse(url)
    if not any_host and not is_public_target(target, allow_loopback=allow_loopback):
        raise FetchError(Problem.NOT_PUBLIC)
    addresses = _resolve(target, end)
    for *_, sockaddr in () if any_host else addresses:
        if not is_public_address(str(sockaddr[0]), allow_loopback=allow_loopback):
            raise FetchError(Problem.NOT_PUBLIC)
    at = datetime.now(UTC)
    try:
        with closing(connect(addresses, end)) as plain, closing(_secure(plain, target)) as link:
            tap, address = _Tap(link, end), str(link.getpeername()[0])
            connection = HTTPConnection(target.host, target.port)
            connection.sock = cast("Any", tap)
            connection.request(method, target.path, content, {**_headers(target), **headers})
            response = connection.getresponse()
            if response.status < 200:
                raise BadStatusLine(str(response.status))
            body = b""
            if max_body is not None:
                tap.max_received = len(tap.received) + max_body
                body = _decompress(_read(response, max_body), response.headers.get("Content-Encoding", ""), max_body)
            return Exchange(
                url=target.url,
                address=address,
                at=at,
                request=bytes(tap.sent),
                response=bytes(tap.received),
                status=response.status,
                headers=response.headers,
                body=body,
            )
    except (HTTPException, OSError, ValueError) as problem:
        raise FetchError(_problem(problem), str(problem) or type(problem).__name__) from problem


def _parse(url: str) -> Target:
    try:
        return parse(urldefrag(url).url)
    except ValueError:
        raise FetchError(Problem.INVALID, "the URL isn't valid") from None


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


def _problem(problem: Exception) -> Problem:
    if isinstance(problem, TimeoutError):
        return Problem.TIMEOUT
    if isinstance(problem, ssl.SSLError):
        return Problem.INSECURE
    return Problem.UNREACHABLE if isinstance(problem, OSError) else Problem.GARBLED


def _headers(target: Target) -> dict[str, str]:
    agent = f"Mozilla/5.0 (compatible; factcheck; +{settings.SITE_URL})"
    return {"Host": target.host_header, "User-Agent": agent, "Accept-Encoding": "gzip, deflate", "Connection": "close"}


def _resolve(target: Target, end: float) -> list[Any]:
    """Resolve the name in a thread of its own, because getaddrinfo has no timeout."""
    found: list[list[Any]] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, ValueError):  # ValueError is raised for a zone (%) with a NUL character
            found.append([])

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(max(end - time.monotonic(), 0))
    if not found:
        raise FetchError(Problem.TIMEOUT)
    if not found[0]:
        raise FetchError(Problem.UNKNOWN_HOST)
    return found[0]


def connect(addresses: list[Any], end: float) -> socket.socket:
    """Try each address for at most a third of the time, so that a dead address leaves time for the next address."""
    refused: OSError = TimeoutError()
    seconds = _left(end) / MAX_ADDRESSES
    for family, kind, protocol, _name, address in addresses[:MAX_ADDRESSES]:
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(seconds)
        try:
            plain.connect(address)
        except OSError as problem:
            plain.close()
            refused = problem
        else:
            return plain
    raise refused


def _secure(plain: socket.socket, target: Target) -> socket.socket:
    """Wrap the connection in TLS for https. The first packet sends the handshake, which verifies the certificate."""
    if not target.secure:
        return plain
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


class _Tap(io.RawIOBase):
    """A connection that ends in time and keeps all bytes. Raises FetchError after `max_received` received bytes."""

    def __init__(self, link: socket.socket, end: float) -> None:
        self.link, self.end = link, end
        self.sent, self.received, self.max_received = bytearray(), bytearray(), MAX_HEADERS

    def sendall(self, data: bytes) -> None:
        self.sent += data
        rest = memoryview(data)
        while rest:
            self.link.settimeout(_left(self.end))
            rest = rest[self.link.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, 8192)  # not 3.14's default, which could receive MAX_HEADERS of a body at once

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.link.settimeout(_left(self.end))
        count = self.link.recv_into(buffer)
        self.received += memoryview(buffer)[:count]
        if len(self.received) > self.max_received:
            raise FetchError(Problem.TOO_LARGE)
        return count

    def close(self) -> None:
        """Do nothing, because `send` closes the connection, and http.client closes it before the body is read."""


def _read(response: HTTPResponse, limit: int) -> bytes:
    body, length = bytearray(), response.length or 0
    while length <= limit and (piece := response.read(_PIECE)):
        body += piece
        length = max(length, len(body))
    if length > limit:
        raise FetchError(Problem.TOO_LARGE)
    if response.length:
        raise IncompleteRead(bytes(body), response.length)
    return bytes(body)


def _decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """Decompress up to `limit` bytes. Only encodings from `Accept-Encoding` are supported."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(Problem.GARBLED)
    # RFC 9110 requires zlib's header for "deflate", but some servers don't send it.
    is_raw = encoding == "deflate" and body[0] & 0x0F != 8
    stream = zlib.decompressobj(-zlib.MAX_WBITS if is_raw else zlib.MAX_WBITS + 32)
    try:
        content = stream.decompress(body, limit + 1)
    except zlib.error:
        raise FetchError(Problem.GARBLED) from None
    if len(content) > limit:
        raise FetchError(Problem.TOO_LARGE)
    if not stream.eof:
        raise FetchError(Problem.GARBLED)
    return content
