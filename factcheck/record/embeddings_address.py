"""One exchange with the embeddings address: whatever it does, this ends in time and the key goes nowhere else.

urllib will not do: it follows a redirect with the key to another host, and its limit is for each packet, so that an
address which sends a letter a second is never given up. Proxies of the environment are not asked.
"""

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

MAX_ANSWER = 16 * 1024 * 1024  # bytes


def post(url: str, content: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    """Status and content of what is answered. Raises OSError and HTTPException."""
    end = time.monotonic() + seconds
    target = urlsplit(url)
    host, port = target.hostname or "", target.port or (443 if target.scheme == "https" else 80)
    with closing(_connect(host, port, end)) as plain:
        link = plain
        if target.scheme == "https":
            context = ssl.create_default_context()
            link = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        guard = threading.Timer(max(end - time.monotonic(), 0), _cut, [link])
        guard.daemon = True
        with closing(link):
            guard.start()
            try:
                if isinstance(link, ssl.SSLSocket):
                    link.do_handshake()
                connection = HTTPConnection(host, port)
                connection.sock = link
                query = f"?{target.query}" if target.query else ""
                connection.request(
                    "POST", target.path + query, content, {"Host": target.netloc.rpartition("@")[2], **headers}
                )
                answer = connection.getresponse()
                data = answer.read(MAX_ANSWER + 1)
            finally:
                guard.cancel()
    if time.monotonic() >= end or len(data) > MAX_ANSWER:
        raise TimeoutError  # what was cut off may look complete
    return answer.status, data


def _connect(host: str, port: int, end: float) -> socket.socket:
    """A connection to the first address of the name that takes one. Raises OSError."""
    refused: OSError = TimeoutError()
    for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(max(end - time.monotonic(), 0.001))
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
        socket.socket.shutdown(link, socket.SHUT_RDWR)  # past TLS, which another thread is using
