"""Request bodies: JSON of limited size, validated by its model."""

from typing import Any

import orjson
from django.http import HttpRequest

from api.http.problems import BAD_REQUEST, CONTENT_TOO_LARGE, INVALID_CONTENT, LENGTH_REQUIRED, Refused
from factcheck.record.statements.checks import parse
from factcheck.record.statements.parts import Part

MOST_ERRORS = 50


def require_length(request: HttpRequest) -> None:
    """Raises Refused for chunked content without a length.

    WSGI would treat such content as empty. A buffering proxy (nginx) adds the length.
    """
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        raise Refused(LENGTH_REQUIRED)


def read_content(request: HttpRequest, most: int) -> bytes:
    """Return the body, which can have up to `most` bytes. Raises Refused."""
    length = request.headers.get("Content-Length")
    if not length:
        raise Refused(LENGTH_REQUIRED)
    if int(length) <= most:
        content = request.read(most + 1)
        if len(content) <= most:
            return content
    raise Refused(CONTENT_TOO_LARGE, f"The content is too large. Send at most {most} bytes.")


def read_json(content: bytes) -> Any:
    """Return the parsed content. Raises Refused."""
    try:
        return orjson.loads(content)
    except ValueError as problem:
        raise Refused(BAD_REQUEST, "The content isn't valid JSON in UTF-8. Send a JSON object.") from problem


def read_object(content: bytes, model: type[Part]) -> dict[str, Any]:
    """Return the JSON object's keys and parsed values, if they match the model. Raises Refused with all faults."""
    keys = read_json(content)
    body, faults = parse(keys, model)
    if body is None:
        errors = [{"pointer": f"#{fault.pointer}", "detail": fault.message()} for fault in faults[:MOST_ERRORS]]
        raise Refused(INVALID_CONTENT, errors=errors)
    return {key: body[key] for key in keys}
