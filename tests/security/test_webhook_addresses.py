"""Attacks on the site's own network through the URL of a webhook. The form and the sender refuse the same hosts."""

import socket
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from factcheck.webhooks import sending
from factcheck.webhooks.targets import validate_address

HOSTS = [
    "127.1", "127.0.1", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.01", "0",
    "127.0.0.1.", "2130706433.", "10.0.0.010", "1.2.3.4.5", "example.0x", "0x", "169.254.43518", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::ffff:8.8.8.8]", "[::1]", "[0:0:0:0:0:0:0:1]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]",
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain", "printer.local", "db.internal",
    "metadata.google.internal", "router.home.arpa", "intranet", "ip6-localhost", "%31%32%37.0.0.1", "a..org", "-", "a$b.org",
]  # fmt: skip
NON_ASCII = ["１２７.0.0.1", "127。0。0。1", "①27.0.0.1", "lоcalhost", "ⓛocalhost", "١٢٧.0.0.1"]


@pytest.mark.parametrize("host", HOSTS + NON_ASCII)
def test_host_is_refused_at_registration(host: str) -> None:
    for url in (f"https://{host}/hook", f"https://{host}:8443/hook"):
        with pytest.raises(ValidationError):
            validate_address(url)


@pytest.mark.parametrize("host", HOSTS)
def test_sender_refuses_the_host_without_asking_a_name_server(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """Rows from before the rule, or written by SQL, are refused too."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("asked"))
    try:
        outcome = sending.post(f"https://{host}/hook", b"{}", {})
    except ValueError:
        return  # the URL can't be parsed
    assert outcome == sending.Outcome(sending.Problem.ADDRESS)


def test_refusal_says_why() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_address("https://127.1/hook")
    assert refused.value.messages == [
        "This URL’s host is private, or an IP address in an unusual form. Messages are only sent to public hosts. Register"
        " a URL with a public host name."
    ]


@pytest.mark.parametrize("host", ["example.org", "hooks.example.org.", "1.1.1.1", "xn--ting-vit-w4a8y.vn", "1password.com",
                                  "a1.b2c", "[2606:4700::1111]", "my_host.example.org"])  # fmt: skip
def test_public_host_is_taken(host: str) -> None:
    validate_address(f"https://{host}/hook")


def test_setting_for_tests_opens_loopback_names_only(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    for host in ("localhost:9000", "a.localhost", "127.0.0.1:9000"):
        validate_address(f"http://{host}/hook")
    for host in ("127.1", "intranet", "10.0.0.1", "db.internal"):
        with pytest.raises(ValidationError):
            validate_address(f"http://{host}/hook")
