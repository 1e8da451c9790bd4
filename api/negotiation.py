"""Which media type is sent: there is one, so that the only question is whether `Accept` rules it out."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

Renderer = Any  # a class or an object, says Django REST framework; its stubs say the object


class JsonOnly(BaseContentNegotiation):
    """Raises NotAcceptable when `Accept` excludes application/json (RFC 9110, section 12.5.1)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return None

    def select_renderer(
        self, request: Request, renderers: Iterable[Renderer], format_suffix: str | None = None
    ) -> tuple[Renderer, str]:
        if not accepts(request.META.get("HTTP_ACCEPT", ""), "application", "json"):
            raise NotAcceptable
        return next(iter(renderers)), "application/json"


class PatchOrJson(JsonOnly):
    """For answers in application/json-patch+json, which is JSON too."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Renderer], format_suffix: str | None = None
    ) -> tuple[Renderer, str]:
        if accepts(request.META.get("HTTP_ACCEPT", ""), "application", "json-patch+json"):
            return next(iter(renderers)), "application/json-patch+json"
        return super().select_renderer(request, renderers, format_suffix)


class LinkedDataOnly(JsonOnly):
    """For answers in application/ld+json, which is JSON too."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Renderer], format_suffix: str | None = None
    ) -> tuple[Renderer, str]:
        header = request.META.get("HTTP_ACCEPT", "")
        if not accepts(header, "application", "ld+json") and not accepts(header, "application", "json"):
            raise NotAcceptable
        return next(iter(renderers)), "application/ld+json"


class JsonOrLinkedData(JsonOnly):
    """JSON, unless application/ld+json is preferred: has more weight, or as much and is the one that is named."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Renderer], format_suffix: str | None = None
    ) -> tuple[Renderer, str]:
        header = request.META.get("HTTP_ACCEPT", "")
        linked = _preference(header, "application", "ld+json")
        if linked[0] > 0 and linked > _preference(header, "application", "json"):
            return next(iter(renderers)), "application/ld+json"
        return super().select_renderer(request, renderers, format_suffix)


class Anything(JsonOnly):
    """For pages that are worth showing to whoever follows a link to them."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Renderer], format_suffix: str | None = None
    ) -> tuple[Renderer, str]:
        return next(iter(renderers)), "text/plain"


def accepts(header: str, main: str, sub: str) -> bool:
    """Whether the most precise media range that covers `main/sub` has a weight above 0."""
    return _preference(header, main, sub)[0] > 0


@lru_cache(256)
def _preference(header: str, main: str, sub: str) -> tuple[float, int]:
    """Weight of the most precise media range that covers `main/sub`, and how precise it is: 3 names it."""
    if not header.strip():
        return 1.0, 0
    weights: dict[int, float] = {}
    for part in header.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        precision = {f"{main}/{sub}": 3, f"{main}/*": 2, "*/*": 1}.get(media_range)
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
