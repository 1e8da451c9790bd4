"""Pages on this machine under public host names, for tests of the guarded HTTP client.

All checks of the client are still active, because the host names have public addresses here. Only the last step, the
connection, leads to this machine.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from factcheck.tools import http_client
from tests.support.serving import running

PUBLIC = "93.184.215.14"
Speak = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class LocalPages:
    """The pages of a server, and everything that the client requests.

    `pages` are bodies by path, or functions that write the response. `names` are the successive answers of the name
    server.
    """

    port: int
    pages: dict[str, bytes | Speak] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # by path
    statuses: dict[str, int] = field(default_factory=dict)  # by path
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    lookups: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)  # the addresses that the client connected to
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, path: str, body: bytes | Speak, status: int = 200, **headers: str) -> str:
        """Add a page, and return its URL."""
        self.pages[path], self.statuses[path] = body, status
        self.headers[path] = {name.replace("_", "-"): value for name, value in headers.items()}
        return f"http://site.example.org{path}"


@contextmanager
def local_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalPages]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requests.append((self.path, dict(self.headers.items())))
            page = site.pages.get(self.path)
            if callable(page):
                page(self)
                return
            self.send_response(404 if page is None else site.statuses[self.path])
            for name, value in site.headers.get(self.path, {}).items():
                self.send_header(name, value)
            if "Content-Length" not in site.headers.get(self.path, {}):
                self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the client has closed the connection
                super().handle()

    class Server(ThreadingHTTPServer):
        daemon_threads, block_on_close = True, False

    server = Server(("127.0.0.1", 0), Handler)
    site = LocalPages(server.server_port)
    route(monkeypatch, site)
    with running(server):
        yield site


def route(monkeypatch: pytest.MonkeyPatch, site: LocalPages) -> None:
    real_lookup, real_connect, testing = socket.getaddrinfo, http_client.connect, threading.Lock()

    def look_up(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if not (host.endswith(".example.org") or host in site.names or host == PUBLIC):
            return real_lookup(host, port, *args, **options)
        with testing:
            site.lookups.append(host)
            answers = site.names.get(host, [[PUBLIC]])
            addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    def connect(addresses: Any, *args: Any) -> socket.socket:
        there = []
        for address in addresses:
            host, port = address[4][:2]
            site.connections.append(host)
            if host == PUBLIC:
                host, port = "127.0.0.1", site.port if port in (80, 443) else port
            there.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)))
        return real_connect(there, *args)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(http_client, "connect", connect)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Return the paths of a self-signed certificate and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
