"""Sends a request to a receiver, which may be hostile. Requests have a time limit and never reach a private network.

The host name is resolved once, and all its IP addresses are checked. The connection uses one of these addresses, with
the name in TLS and in the Host header. A later change of the name's addresses therefore has no effect. Redirects aren't
followed. Only the status and the headers are read (http.client: at most 100 lines of 64 KiB).
"""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from factcheck.server.http_client import connect
from factcheck.server.public_addresses import parse
from factcheck.webhooks.models import Attempt
from factcheck.webhooks.targets import is_allowed, is_public_host

Problem = Attempt.Problem

TIMEOUT = 15.0  # seconds from the first packet to the last header
MOST_ADDRESSES = 3  # the number of a host's addresses to try


@dataclass(frozen=True, slots=True)
class Outcome:
    problem: Attempt.Problem
    status: int | None = None

    @property
    def answered(self) -> bool:
        return self.status is not None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send the body once."""
    target = parse(url)
    if not target.secure and not settings.WEBHOOKS_ALLOW_LOOPBACK:
        return Outcome(Problem.INSECURE)
    if not is_public_host(target.host):
        return Outcome(Problem.ADDRESS)
    try:
        addresses = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError:
        return Outcome(Problem.UNKNOWN_HOST)
    if not addresses or not all(is_allowed(str(sockaddr[0])) for *_, sockaddr in addresses):
        return Outcome(Problem.ADDRESS)
    end = time.monotonic() + TIMEOUT
    try:
        with connect(addresses[:MOST_ADDRESSES], target.host, tls=target.secure, seconds=TIMEOUT) as connection:
            connection.request("POST", target.path, body, {"Host": target.host_header, **headers})
            status = connection.getresponse().status
    except TimeoutError:
        return Outcome(Problem.TIMEOUT)
    except ssl.SSLError:
        return Outcome(Problem.TIMEOUT if time.monotonic() >= end else Problem.INSECURE)
    except http.client.HTTPException:
        return Outcome(Problem.TIMEOUT if time.monotonic() >= end else Problem.GARBLED)
    except OSError:
        return Outcome(Problem.TIMEOUT if time.monotonic() >= end else Problem.UNREACHABLE)
    if time.monotonic() >= end:
        return Outcome(Problem.TIMEOUT)  # truncated headers look complete
    if 200 <= status < 300:
        return Outcome(Problem.NONE, status)
    return Outcome(Problem.REDIRECTED if 300 <= status < 400 else Problem.REFUSED, status)
