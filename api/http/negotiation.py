"""The parser of `Accept` and `Accept-Encoding` (RFC 9110, section 12.5).

Django's `HttpRequest.accepts` ignores media ranges with a weight of 0, so JSON would be sent for `*/*,
application/json;q=0`.
"""

from functools import lru_cache

from django.http import HttpRequest

JSON, LINKED_DATA = "application/json", "application/ld+json"


@lru_cache(256)
def preferred_type(header: str, media_types: tuple[str, ...]) -> str | None:
    """Return the type with the highest weight, or None if the header excludes all types.

    If weights are equal, a type that the header names comes first, and then the first of `media_types`. All types are
    JSON, so a client that accepts only JSON gets any of them.
    """
    best = max(media_types, key=lambda media_type: _preference(header, media_type))
    return best if _preference(header, best)[0] > 0 else None


def accepts_gzip(request: HttpRequest) -> bool:
    """Return whether the client names gzip in `Accept-Encoding` with a weight above 0."""
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding == "gzip":
            return _weight(parameters) > 0
    return False


def _preference(header: str, media_type: str) -> tuple[float, int]:
    """Return the weight and the precision (3: exact match) of the most specific media range that covers the type."""
    if not header.strip():
        return 1.0, 0
    weights: dict[int, float] = {}
    for part in header.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        precision = {JSON: 0, "*/*": 1, "application/*": 2, media_type: 3}.get(media_range)
        if precision is not None:
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
