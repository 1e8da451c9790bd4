"""The rule for which hosts the site contacts: only public ones, so that nobody can reach its own network (SSRF).

Webhooks and captures use this rule. Hosts are checked first as they are written (`is_public_host`). After the host's
name has been resolved, each IP address is checked again (`is_public_address`).
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

# From the IANA registries of special-purpose addresses (RFC 6890 and later) and of multicast addresses. Python's
# `is_global` isn't used, because its results differ between patch releases. 168.63.129.16 is a public address, but in
# Azure it leads to the machine's own host.
_SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# All other addresses aren't global unicast, for example IPv4-mapped, NAT64, unique-local and link-local addresses.
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

# Names that resolvers answer themselves or that exist only in private networks (RFC 6761, RFC 6762, RFC 8375, ICANN).
_PRIVATE_NAME = re.compile(r"([^.]+|(.+\.)?(localhost|localdomain|local|internal|home\.arpa))")
_PORTS = (80, 443)
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

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host_header}{self.path}"


def is_public_address(address: str, *, allow_loopback: bool = False) -> bool:
    """Return whether the site can connect to this IP address. Raises ValueError if it isn't an IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if allow_loopback and ip.is_loopback:
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _SPECIAL_IPV4)
    return ip in _GLOBAL_IPV6 and not any(ip in network for network in _SPECIAL_IPV6)


def is_public_target(target: Target, *, allow_loopback: bool = False) -> bool:
    """Return whether the site can contact this host at this port.

    Other ports than those of the web belong to services that could misread a request, such as mail servers. Tests on
    this machine can use every port of the machine itself.
    """
    if target.port in _PORTS:
        return is_public_host(target.host, allow_loopback=allow_loopback)
    return allow_loopback and not is_public_host(target.host) and is_public_host(target.host, allow_loopback=True)


def is_public_host(host: str, *, allow_loopback: bool = False) -> bool:
    """Return whether a parsed host can be public. Only the usual form of an IP address is accepted."""
    try:
        return is_public_address(host, allow_loopback=allow_loopback)
    except ValueError:
        pass  # not an IP address in its usual form
    if allow_loopback and _LOOPBACK_NAME.fullmatch(host):
        return True
    return bool(_NAME.fullmatch(host)) and not _NUMERIC_END.fullmatch(host) and not _PRIVATE_NAME.fullmatch(host)


def parse(url: str) -> Target:
    """Parse a URL without its fragment. Raises ValueError if it isn't a valid http or https URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
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
