"""One request to a receiver, who may be hostile: whatever it does, this ends in time and reaches nothing private.

The name is resolved once and every address that comes of it is checked; the connection goes to one of those, with the
name in TLS and in the Host header, so that a name which leads elsewhere a moment later changes nothing. Redirects are
not followed. Of the answer, status and headers are read (http.client: at most 100 lines of 64 KiB), and nothing more.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from factcheck.webhooks.addresses import Target, is_allowed, parse
from factcheck.webhooks.models import Attempt

Problem = Attempt.Problem

TIMEOUT = 15.0  # seconds from the first packet to the last header
MOST_ADDRESSES = 3  # of a name that are tried


@dataclass(frozen=True, slots=True)
class Outcome:
    problem: Attempt.Problem
    status: int | None = None

    @property
    def answered(self) -> bool:
        return self.status is not None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Sends the body, once."""
    target = parse(url)
    if not target.secure and not settings.WEBHOOKS_ALLOW_LOOPBACK:
        return Outcome(Problem.INSECURE)
    try:
        addresses = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError:
        return Outcome(Problem.UNKNOWN_HOST)
    if not addresses or not all(is_allowed(str(sockaddr[0])) for *_, sockaddr in addresses):
        return Outcome(Problem.ADDRESS)
    end = time.monotonic() + TIMEOUT
    try:
        with closing(_connect(addresses, end)) as plain:
            return _exchange(target, plain, end, body, headers)
    except TimeoutError:
        return Outcome(Problem.TIMEOUT)
    except ssl.SSLError:
        return Outcome(Problem.TIMEOUT if time.monotonic() >= end else Problem.INSECURE)
    except http.client.HTTPException:
        return Outcome(Problem.TIMEOUT if time.monotonic() >= end else Problem.GARBLED)
    except OSError:
        return Outcome(Problem.TIMEOUT if time.monotonic() >= end else Problem.UNREACHABLE)


def _connect(addresses: list[Any], end: float) -> socket.socket:
    """A connection to the first address that takes one. Raises OSError."""
    refused: OSError = TimeoutError()
    for family, kind, protocol, _name, sockaddr in addresses[:MOST_ADDRESSES]:
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(max(min(end - time.monotonic(), TIMEOUT / 3), 0.001))
        try:
            plain.connect(sockaddr)
        except OSError as problem:
            plain.close()
            refused = problem
        else:
            return plain
    raise refused


def _exchange(target: Target, plain: socket.socket, end: float, body: bytes, headers: Mapping[str, str]) -> Outcome:
    plain.settimeout(max(end - time.monotonic(), 0.001))
    link = plain
    if target.secure:
        link = ssl.create_default_context().wrap_socket(
            plain, server_hostname=target.host, do_handshake_on_connect=False
        )
    # The socket's timeout is for each packet; who sends a byte a second would never meet it.
    guard = threading.Timer(max(end - time.monotonic(), 0), _cut, [link])
    guard.daemon = True
    guard.start()
    with closing(link):
        try:
            if isinstance(link, ssl.SSLSocket):
                link.do_handshake()
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = link
            connection.request("POST", target.path, body, {"Host": target.host_header, **headers})
            status = connection.getresponse().status
        finally:
            guard.cancel()
    if time.monotonic() >= end:
        return Outcome(Problem.TIMEOUT)  # headers that were cut off look like complete ones
    if 200 <= status < 300:
        return Outcome(Problem.NONE, status)
    return Outcome(Problem.REDIRECTED if 300 <= status < 400 else Problem.REFUSED, status)


def _cut(link: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(link, socket.SHUT_RDWR)  # past TLS, which another thread is using
