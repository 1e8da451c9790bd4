"""The limit of requests (API_RATE_LIMIT), counted by network as messages from readers are."""

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle

from factcheck.networks import network_of


class ByNetwork(AnonRateThrottle):
    def get_ident(self, request: Request) -> str:
        return network_of(super().get_ident(request))
