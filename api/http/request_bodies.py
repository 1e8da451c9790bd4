"""What is sent in: JSON of bounded size, read by the model that describes it."""

from typing import Any

import orjson
from django.http import HttpRequest

from api.http.problems import BAD_REQUEST, CONTENT_TOO_LARGE, INVALID_CONTENT, Refused
from factcheck.record.statements.checks import parse
from factcheck.record.statements.parts import Part

MOST_ERRORS = 50


def require_length(request: HttpRequest) -> None:
    """Raises Refused for content that comes in chunks, whose number of bytes nobody has said.

    By WSGI it would be read as empty. A proxy that collects what is sent says how much it is (nginx does).
    """
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        raise Refused(
            CONTENT_TOO_LARGE, "Say how many bytes are sent, with Content-Length, and do not send them in chunks."
        )


def read_content(request: HttpRequest, most: int) -> bytes:
    """At most that many bytes. Raises Refused."""
    if int(request.headers.get("Content-Length") or 0) <= most:
        content = request.read(most + 1)
        if len(content) <= most:
            return content
    raise Refused(CONTENT_TOO_LARGE, f"Send at most {most} bytes.")


def read_object(content: bytes, model: type[Part]) -> dict[str, Any]:
    """The keys of the JSON object that were sent, if it fits the model. Raises Refused with all that does not."""
    try:
        given = orjson.loads(content)
    except ValueError as problem:
        raise Refused(BAD_REQUEST, "The content is no JSON in UTF-8.") from problem
    said, faults = parse(given, model)
    if said is None:
        errors = [{"pointer": f"#{fault.pointer}", "detail": fault.message()} for fault in faults[:MOST_ERRORS]]
        raise Refused(INVALID_CONTENT, errors=errors)
    return {key: said[key] for key in given}
