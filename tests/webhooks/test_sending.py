"""Requests to hostile receivers: nothing private is reached, and every request ends in time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from factcheck.tools.public_addresses import is_public_address, parse
from factcheck.webhooks import sending
from factcheck.webhooks.targets import validate_address
from tests.support.receiving import Receiver, receiving
from tests.tools.test_http_client import HOSTILE_HOSTS


def test_setting_opens_loopback_and_nothing_else() -> None:
    addresses = ("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "fe80::1")
    opened = [address for address in addresses if is_public_address(address, allow_loopback=True)]
    assert opened == ["127.0.0.1", "::1"]


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "http://example.org/", "https://", "https:///x", "https://user@example.org/",
        "https://a:b@example.org/", "https://example.org/#part", "https://example.org:0/", "https://example.org:70000/",
        "https://example.org:x/", "https://exa mple.org/", "https://example.org/\r\nX: y", "https://example.org/đường",
        "https://[::1/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://10.0.0.1:8443/",
        "https://example.org:8443/", "https://example.org:25/",
        "https://" + "a" * 64 + ".org/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_address_that_cannot_be_registered(url: str) -> None:
    with pytest.raises(ValidationError):
        validate_address(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", (True, "example.org", 443, "/")),
        ("https://Example.ORG./hook?a=b&c=%20", (True, "example.org", 443, "/hook?a=b&c=%20")),
        ("https://xn--ting-vit-w4a8y.vn:80/x", (True, "xn--ting-vit-w4a8y.vn", 80, "/x")),
        ("https://[2606:4700::1111]/x", (True, "2606:4700::1111", 443, "/x")),
    ],
)
def test_address_is_taken_apart(url: str, target: tuple[bool, str, int, str]) -> None:
    validate_address(url)
    assert tuple(parse(url)) == target


@pytest.mark.parametrize("host", [host for hosts in HOSTILE_HOSTS.values() for host in hosts])
def test_private_host_is_refused_at_registration_and_by_the_sender(monkeypatch, host: str) -> None:
    """Rows from before the rule, or written by SQL, are refused too."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("asked"))
    with pytest.raises(ValidationError):
        validate_address(f"https://{host}/hook")
    assert sending.post(f"https://{host}/hook", b"{}", {}).problem == "address"


@pytest.mark.parametrize(
    "host",
    ["example.org", "hooks.example.org.", "1.1.1.1", "1password.com", "a1.b2c", "[2606:4700::1111]", "my_host.example.org"],
)  # fmt: skip
def test_public_host_is_taken(host: str) -> None:
    validate_address(f"https://{host}/hook")


def test_setting_for_tests_opens_loopback_names_only(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    for host in ("localhost:9000", "a.localhost", "127.0.0.1:9000"):
        validate_address(f"http://{host}/hook")
    for host in ("127.1", "intranet", "10.0.0.1", "db.internal"):
        with pytest.raises(ValidationError):
            validate_address(f"http://{host}/hook")


def lead(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Names lead to these addresses."""

    def answer(host: str, port: int, **options: Any) -> list[Any]:
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"]]
)
def test_name_that_leads_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    lead(monkeypatch, *addresses)
    monkeypatch.setattr(socket, "socket", None)
    assert sending.post("https://example.org/", b"{}", {}) == sending.Outcome(sending.Problem.ADDRESS)


def test_unknown_name_is_no_failure_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    lead(monkeypatch)
    assert sending.post("https://example.org/", b"{}", {}).problem == "unknown_host"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    with receiving() as other:
        receiver.answers, receiver.location = [status], other.url
        assert sending.post(receiver.url, b"{}", {}) == sending.Outcome(sending.Problem.REDIRECTED, status)
        assert other.received == []


@pytest.mark.parametrize(
    ("status", "problem"),
    [(200, ""), (202, ""), (299, ""), (400, "refused"), (404, "refused"), (500, "refused"), (599, "refused")],
)
def test_only_2xx_is_delivered(receiver: Receiver, status: int, problem: str) -> None:
    receiver.answers = [status]
    assert sending.post(receiver.url, b"{}", {}) == sending.Outcome(sending.Problem(problem), status)


@contextmanager
def speaking(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does as it likes with the first connection. Gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    asked = b""
                    while not asked.endswith(b"{}"):  # hung up before that, it would be a reset
                        asked += connection.recv(65536)
                    speak(connection)
                except OSError:
                    pass

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(10)


def say_nothing(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def go_on_for_ever(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


@pytest.mark.parametrize(
    ("speak", "problem", "timeout"),
    [
        (say_nothing, "timeout", 1.0),
        (go_on_for_ever, "", 60.0),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"), "garbled", 60.0),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"), "garbled", 60.0),
        (lambda connection: None, "garbled", 60.0),
    ],
    ids=["silence", "endless", "ssh", "long line", "hangs up"],
)  # fmt: skip
def test_hostile_answer_ends_in_time(settings, monkeypatch, speak, problem, timeout):
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    monkeypatch.setattr(sending, "TIMEOUT", timeout)
    with speaking(speak) as url:
        began = time.monotonic()
        outcome = sending.post(url, b"{}", {})
        assert time.monotonic() - began < 50
    assert outcome.problem == problem


def test_address_without_tls_is_not_sent_to_once_the_setting_is_off(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    assert sending.post(receiver.url.replace("127.0.0.1", "8.8.8.8"), b"{}", {}).problem == "insecure"
    assert sending.post(receiver.url.replace("http:", "https:"), b"{}", {}).problem == "address"


def test_nobody_at_the_address(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    assert sending.post("http://127.0.0.1:9/", b"{}", {}).problem == "unreachable"
