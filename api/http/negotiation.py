"""Content negotiation. Most endpoints have one media type, so they only check whether `Accept` excludes this type."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

JSON, JSON_PATCH, LINKED_DATA = "application/json", "application/json-patch+json", "application/ld+json"
Renderer = Any  # Django REST framework accepts a class or an object, but its stubs allow only an object


class JsonOnly(BaseContentNegotiation):
    """Raises NotAcceptable when `Accept` excludes application/json (RFC 9110, section 12.5.1)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[Renderer], format_suffix: str | None = None
    ) -> tuple[Renderer, str]:
        media_type = self.choose(request.META.get("HTTP_ACCEPT", ""))
        if media_type is None:
            raise NotAcceptable
        return next(iter(renderers)), media_type

    def choose(self, header: str) -> str | None:
        """Return the media type to send, or None if the header excludes it."""
        return JSON if accepts(header, JSON) else None


class PatchOrJson(JsonOnly):
    """For responses in application/json-patch+json, which is also JSON."""

    def choose(self, header: str) -> str | None:
        return JSON_PATCH if accepts(header, JSON_PATCH) else super().choose(header)


class LinkedDataOnly(JsonOnly):
    """For responses in application/ld+json, which is also JSON."""

    def choose(self, header: str) -> str | None:
        return LINKED_DATA if accepts(header, LINKED_DATA) or accepts(header, JSON) else None


class JsonOrLinkedData(JsonOnly):
    """Sends JSON unless the client prefers application/ld+json, by a higher weight or by naming it explicitly."""

    def choose(self, header: str) -> str | None:
        linked = _preference(header, LINKED_DATA)
        return LINKED_DATA if linked[0] > 0 and linked > _preference(header, JSON) else super().choose(header)


class Anything(JsonOnly):
    """For pages that people open by a link. The `Accept` header is ignored."""

    def choose(self, header: str) -> str | None:
        return "text/plain"


def accepts(header: str, media_type: str) -> bool:
    """Return whether the most specific media range that covers the type has a weight above 0."""
    return _preference(header, media_type)[0] > 0


def accepts_gzip(request: HttpRequest) -> bool:
    """Return whether the client names gzip in `Accept-Encoding` with a weight above 0."""
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding == "gzip":
            return _weight(parameters) > 0
    return False


@lru_cache(256)
def _preference(header: str, media_type: str) -> tuple[float, int]:
    """Return the weight and the precision (3: exact match) of the most specific media range that covers the type."""
    if not header.strip():
        return 1.0, 0
    weights: dict[int, float] = {}
    for part in header.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        precision = {media_type: 3, f"{media_type.partition('/')[0]}/*": 2, "*/*": 1}.get(media_range)
        if precision:
            weights[precision] = max(weights.get(precision, 0.0), _weight(parameters))
    return (weights[max(weights)], max(weights)) if weights else (0.0, 0)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0
