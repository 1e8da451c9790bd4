"""Client networks. Requests from the same network count together towards a limit."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the client's IP address. The proxy adds it last to X-Forwarded-For, so the client can't fake it."""
    return last_address(request.META.get("HTTP_X_FORWARDED_FOR", "")) or str(request.META.get("REMOTE_ADDR", ""))


def last_address(forwarded: str) -> str:
    """Return the address that the proxy added to X-Forwarded-For. Without a proxy, the header is ignored."""
    return forwarded.rpartition(",")[2].strip() if settings.SECURE else ""


def network_of(address: str) -> str:
    """Return the network of an address. For IPv6, the network is a /64, because one person has very many addresses."""
    return _network_of(address, 64)


def wide_network_of(address: str) -> str:
    """Return the IPv6 /48 of an address, which many providers give to one customer. An IPv4 address has no /48."""
    return _network_of(address, 48)


def shortened(address: str) -> str:
    """Return the /24 or /48 of an address. An office or a provider can have it, so that it can send more."""
    return _network_of(address, 48, 24, "")


def provider_network(address: str) -> str:
    """Return the /16 or /32 of an address, which is kept instead of the address. It only tells the provider."""
    return _network_of(address, 32, 16, "")


def _network_of(address: str, prefix: int, of_ipv4: int = 32, unknown: str = "unknown") -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return unknown
    ip = getattr(ip, "ipv4_mapped", None) or ip  # an IPv4 address from a server that listens on IPv4 and IPv6
    return str(ipaddress.ip_network((ip, prefix if ip.version == 6 else of_ipv4), strict=False))
