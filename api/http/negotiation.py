"""The parser of `Accept` and `Accept-Encoding` (RFC 9110, section 12.5).

Django's `HttpRequest.accepts` ignores media ranges with a weight of 0, so JSON would be sent for `*/*,
application/json;q=0`.
"""

from functools import lru_cache

from django.http import HttpRequest

JSON, LINKED_DATA = "application/json", "application/ld+json"


@lru_cache(256)
def accepts(header: str, media_type: str) -> bool:
    """Return whether the header allows the type. All types are JSON, so a client that accepts JSON gets any of them."""
    if not header.strip():
        return True
    # The most specific media range that covers the type decides, for example the type itself (3).
    weights: dict[int, float] = {}
    for part in header.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        precision = {JSON: 0, "*/*": 1, "application/*": 2, media_type: 3}.get(media_range)
        if precision is not None:
            weights[precision] = max(weights.get(precision, 0.0), _weight(parameters))
    return bool(weights) and weights[max(weights)] > 0


def accepts_gzip(request: HttpRequest) -> bool:
    """Return whether the client names gzip in `Accept-Encoding` with a weight above 0."""
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding == "gzip":
            return _weight(parameters) > 0
    return False


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0
