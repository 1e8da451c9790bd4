"""Connects to other servers, with a time limit for the whole connection.

`post` is for servers that the operator names in a setting. urllib isn't suitable for these servers. It follows
redirects to other hosts and sends keys to them. Its timeout applies to each packet, so a host that sends one byte per
second never times out. For hosts that anyone else names, use `guarded_http`.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


def post(
    url: str, content: bytes, headers: Mapping[str, str], seconds: float, most: int = 16 * 1024 * 1024
) -> tuple[int, bytes]:
    """Send the content, and return the status and the body of at most `most` bytes. Raises OSError and HTTPException.

    Redirects aren't followed, and proxies from the environment aren't used. Name lookups count towards the time but are
    limited only by the system (resolv.conf).
    """
    end = time.monotonic() + seconds
    target = urlsplit(url)
    tls, host = target.scheme == "https", target.hostname or ""
    addresses = socket.getaddrinfo(host, target.port or (443 if tls else 80), type=socket.SOCK_STREAM)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    headers = {"Host": target.netloc.rpartition("@")[2], **headers}
    with connect(addresses, host, tls=tls, seconds=end - time.monotonic()) as connection:
        connection.request("POST", path, content, headers)
        response = connection.getresponse()
        data = response.read(most + 1)
    if time.monotonic() >= end or len(data) > most:
        raise TimeoutError  # a truncated body can look complete
    return response.status, data


@contextmanager
def connect(addresses: Sequence[Any], host: str, *, tls: bool, seconds: float) -> Iterator[HTTPConnection]:
    """Connect to the first responding address from getaddrinfo, for one request. The caller sets the Host header.

    `host` is the name in the certificate. After `seconds`, the connection is cut off, and the content read so far may
    look complete. Raises OSError.
    """
    end = time.monotonic() + seconds
    with closing(_connect(addresses, end, seconds / 3)) as plain:
        plain.settimeout(max(end - time.monotonic(), 0.001))
        link = plain
        if tls:
            link = ssl.create_default_context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        # The socket's timeout applies to each packet. A server that sends one byte per second would never reach the
        # timeout.
        guard = threading.Timer(max(end - time.monotonic(), 0), _cut, [link])
        guard.daemon = True
        guard.start()
        with closing(link):
            try:
                if isinstance(link, ssl.SSLSocket):
                    link.do_handshake()
                connection = HTTPConnection(host, 0)
                connection.sock = link
                yield connection
            finally:
                guard.cancel()


def _connect(addresses: Sequence[Any], end: float, most: float) -> socket.socket:
    """Try each address for at most `most` seconds, so that a dead address leaves time for the next address."""
    refused: OSError = TimeoutError()
    for family, kind, protocol, _name, address in addresses:
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(max(min(end - time.monotonic(), most), 0.001))
        try:
            plain.connect(address)
        except OSError as problem:
            plain.close()
            refused = problem
        else:
            return plain
    raise refused


def _cut(link: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(link, socket.SHUT_RDWR)  # bypasses TLS, which another thread is using
