"""Whose requests are counted together, where the site bounds how many one client may send."""

import ipaddress

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, BaseThrottle


class ByNetwork(AnonRateThrottle):
    """The limit of requests to the API (API_RATE_LIMIT)."""

    def get_ident(self, request: Request) -> str:
        return network_of(super().get_ident(request))


def address_of(request: HttpRequest) -> str:
    """The client's; behind one proxy, what a client writes before it does not count."""
    return BaseThrottle().get_ident(request)  # type: ignore[arg-type] # reads META alone, which both kinds have


def network_of(address: str) -> str:
    """The network of a client's address: of IPv6 its /64, since one person has very many addresses of that."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    ip = getattr(ip, "ipv4_mapped", None) or ip  # as a server that listens on both gives it
    return str(ipaddress.ip_network((ip, 64 if ip.version == 6 else 32), strict=False))
