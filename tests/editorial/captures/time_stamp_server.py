"""A time stamp server (RFC 3161) of OpenSSL, with an authority of its own that this machine trusts meanwhile."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.serving import running

CONFIG = """
[tsa]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass
class TimeStampServer:
    url: str
    requests: list[bytes] = field(default_factory=list)
    answer: Callable[[bytes], bytes] = lambda reply: reply
    status: int = 200


@contextmanager
def time_stamp_server(folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[TimeStampServer]:
    _make_certificates(folder)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append(query)
            (folder / "query").write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-section", "tsa", "-queryfile", folder / "query"]  # fmt: skip
            reply = server.answer(subprocess.run(command, capture_output=True, check=True).stdout)
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args: object) -> None:
            pass

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        server = TimeStampServer(f"{address}/tsr")
        settings.TIMESTAMP_URL = server.url
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "root.pem"))
        yield server


def _make_certificates(folder: Path) -> None:
    root_key, tsa_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    root, tsa = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("Test root", "Test TSA"))
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    files = {
        "root": _certificate(root, root_key, root, root_key, x509.BasicConstraints(ca=True, path_length=None)),
        "tsa": _certificate(tsa, tsa_key, root, root_key, usage),
    }
    for name, certificate in files.items():
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        tsa_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _certificate(subject: x509.Name, key: Any, issuer: x509.Name, issuer_key: Any, extension: Any) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(extension, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )  # fmt: skip
