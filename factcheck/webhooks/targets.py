"""Allows messages to public addresses only, so that nobody can reach the site's own network (SSRF).

Hosts are checked both when a URL is registered and before each request (`is_public_host`). The addresses of a host's
name are checked before each connection (`sending`).
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import clean_text, find_forbidden

_WRITTEN = re.compile(r"https?://[!-~]+")  # the same as the column's constraint

# From the IANA registries of special-purpose addresses (RFC 6890 and later) and of multicast addresses. Python's
# `is_global` isn't used, because its results differ between patch releases.
_SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# All other addresses aren't global unicast, for example IPv4-mapped, NAT64, unique-local and link-local addresses.
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


# Names that resolvers answer themselves or that exist only in private networks (RFC 6761, RFC 6762, RFC 8375, ICANN).
_PRIVATE_NAME = re.compile(r"([^.]+|(.+\.)?(localhost|localdomain|local|internal|home\.arpa))")
_LOOPBACK_NAME = re.compile(r"(.+\.)?localhost")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# inet_aton(3) reads a name as an IPv4 address if its last part is a decimal, octal or hexadecimal number.
_NUMERIC_END = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")


class Target(NamedTuple):
    """A parsed URL. `host` is in ASCII, as in SNI and certificates. `path` includes the query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def is_allowed(address: str) -> bool:
    """Return whether messages can be sent to this IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if settings.WEBHOOKS_ALLOW_LOOPBACK and ip.is_loopback:
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _SPECIAL_IPV4)
    return ip in _GLOBAL_IPV6 and not any(ip in network for network in _SPECIAL_IPV6)


def is_public_host(host: str) -> bool:
    """Return whether a parsed host can be public. Only the usual form of an IP address is accepted."""
    try:
        return is_allowed(host)
    except ValueError:
        pass  # not an IP address in its usual form
    if settings.WEBHOOKS_ALLOW_LOOPBACK and _LOOPBACK_NAME.fullmatch(host):
        return True
    return bool(_NAME.fullmatch(host)) and not _NUMERIC_END.fullmatch(host) and not _PRIVATE_NAME.fullmatch(host)


def parse(url: str) -> Target:
    """Parse a receiver's URL. Raises ValueError if it isn't valid."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("no address")
    host, secure = parts.hostname, parts.scheme == "https"
    if ":" not in host:
        host = host.rstrip(".").encode("idna").decode("ascii")  # UnicodeError is a ValueError
    port = parts.port if parts.port is not None else 443 if secure else 80
    if not host or not 1 <= port <= 65535:
        raise ValueError("no address")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    )
    return Target(secure, host, port, path)


def validate_address(url: str) -> None:
    try:
        target = parse(url)
    except ValueError:
        target = None
    if target is None or not _WRITTEN.fullmatch(url) or not (target.secure or settings.WEBHOOKS_ALLOW_LOOPBACK):
        raise ValidationError(
            _(
                "This is not a valid URL for a receiver. Enter the full URL, starting with https://, without"
                " spaces, a user name, a password or #."
            ),
            code="invalid_url",
        )
    if not is_public_host(target.host):
        raise ValidationError(
            _(
                "This URL’s host is private, or an IP address in an unusual form. Messages are only sent to public"
                " hosts. Register a URL with a public host name."
            ),
            code="not_public",
        )


def validate_name(name: str) -> None:
    if find_forbidden(name) or clean_text(name) != name:
        raise ValidationError(
            _("The name contains characters that can’t be stored. Retype the name."), code="forbidden"
        )
