"""A time stamp is verified when it arrives, and a server that fails changes nothing else."""

import hashlib
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from factcheck.editorial.captures.timestamps import request_token
from tests.editorial.captures.time_stamp_server import TimeStampServer, time_stamp_server

FILE = b"a capture"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[TimeStampServer]:
    with time_stamp_server(tmp_path, monkeypatch, settings) as server:
        yield server


def test_token_can_be_verified_by_others(server: TimeStampServer, tmp_path: Path) -> None:
    token = request_token(FILE)
    assert token
    (tmp_path / "token").write_bytes(token)
    checked = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", hashlib.sha256(FILE).hexdigest(), "-in", tmp_path / "token", "-token_in",
         "-CAfile", tmp_path / "root.pem"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert checked.stdout.strip() == "Verification: OK", checked.stderr


def test_server_receives_the_digest_only(server: TimeStampServer) -> None:
    request_token(FILE)
    [query] = server.requests
    assert hashlib.sha256(FILE).digest() in query
    assert FILE not in query


def test_token_of_an_unknown_server_is_not_kept(server: TimeStampServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert request_token(FILE) is None


def test_token_of_another_request_is_not_kept(server: TimeStampServer) -> None:
    first: list[bytes] = []
    server.answer = lambda reply: first[0] if first else (first.append(reply) or reply)
    assert request_token(FILE)
    assert request_token(FILE) is None  # the nonce is another one
    assert request_token(b"another file") is None


@pytest.mark.parametrize("reply", [b"", b"not DER", bytes(100_000)])
def test_garbled_reply_is_not_kept(server: TimeStampServer, reply: bytes, caplog: pytest.LogCaptureFixture) -> None:
    server.answer = lambda _: reply
    with caplog.at_level(logging.WARNING):
        assert request_token(FILE) is None
    assert caplog.messages[0].startswith("The time stamp server 127.0.0.1 failed: ")


def test_changed_reply_is_not_kept(server: TimeStampServer) -> None:
    server.answer = lambda reply: reply[:-5] + bytes([reply[-5] ^ 1]) + reply[-4:]
    assert request_token(FILE) is None


def test_server_that_fails_gives_no_token(server: TimeStampServer, settings: Any) -> None:
    server.status = 500
    assert request_token(FILE) is None
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    assert request_token(FILE) is None


def test_without_a_server_nothing_is_requested(server: TimeStampServer, settings: Any) -> None:
    settings.TIMESTAMP_URL = ""
    assert request_token(FILE) is None
    assert server.requests == []
