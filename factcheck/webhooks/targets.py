"""Which addresses messages may go to: public ones, so that nobody reaches our own network through us (SSRF).

Names are checked when they are registered, addresses each time before a connection is made (`sending`).
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import clean_text, find_forbidden

_WRITTEN = re.compile(r"https?://[!-~]+")  # as the column's constraint has it

# From the IANA registries of special-purpose addresses (RFC 6890 and later) and of multicast. Python's own `is_global`
# differs between its patch releases.
_SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# All others are not unicast between networks; among them IPv4 in the form of IPv6, NAT64, unique-local and link-local.
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class Target(NamedTuple):
    """An address taken apart: `host` in ASCII, as in SNI and the certificate; `path` with the query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def is_allowed(address: str) -> bool:
    """Whether a message may go to this IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if settings.WEBHOOKS_ALLOW_LOOPBACK and ip.is_loopback:
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _SPECIAL_IPV4)
    return ip in _GLOBAL_IPV6 and not any(ip in network for network in _SPECIAL_IPV6)


def parse(url: str) -> Target:
    """Raises ValueError for what is no address of a receiver."""
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
            _("Write the whole address, beginning with https://, without spaces, name, password or #."),
            code="invalid_url",
        )
    try:
        allowed = is_allowed(target.host)
    except ValueError:
        return  # a name; what it leads to is checked each time
    if not allowed:
        raise ValidationError(_("This is no public address: messages are not sent there."), code="not_public")


def validate_name(name: str) -> None:
    if find_forbidden(name) or clean_text(name) != name:
        raise ValidationError(_("Type the name again: it has characters that cannot be stored."), code="forbidden")
