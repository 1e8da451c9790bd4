"""Request bodies: JSON of limited size, validated by its statement's model."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest
from rest_framework.parsers import BaseParser
from rest_framework.serializers import BaseSerializer

from api.http.problem_bodies import Error
from api.http.problems import BAD_REQUEST, CONTENT_TOO_LARGE, INVALID_CONTENT, LENGTH_REQUIRED, Refused
from factcheck.record.statements.checks import parse
from factcheck.record.statements.parts import Part

MOST_ERRORS = 50


def require_length(request: HttpRequest) -> None:
    """Raise Refused for chunked content without a length.

    WSGI would treat such content as empty. A buffering proxy (nginx) adds the length.
    """
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise Refused(LENGTH_REQUIRED)


def read_content(request: HttpRequest, limit: int) -> bytes:
    """Return the body. Raise Refused without a length, or if the body has more than `limit` bytes."""
    length = request.headers.get("Content-Length")
    if not length:
        raise Refused(LENGTH_REQUIRED)
    if int(length) <= limit:
        content = request.read(limit + 1)
        if len(content) <= limit:
            return content
    raise Refused(CONTENT_TOO_LARGE, f"The content is too large. Send at most {limit} bytes.")


def read_json(content: bytes) -> Any:
    """Return the parsed content. Raise Refused if it isn't JSON."""
    try:
        return orjson.loads(content)
    except ValueError as problem:
        raise Refused(BAD_REQUEST, "The content isn't valid JSON in UTF-8. Send a JSON object.") from problem


class JsonContent(BaseParser):
    """A parser of JSON with up to `view.max_content` bytes. The media type that the client names doesn't matter."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        assert parser_context is not None
        return read_json(read_content(parser_context["request"]._request, parser_context["view"].max_content))


class StatementSerializer(BaseSerializer[Any]):
    """A serializer that validates content with a statement's model.

    The model also describes the content in the API's schema.
    """

    statement: type[Part]
    changes: type[Part]  # for PATCH

    def run_validation(self, data: Any = None) -> dict[str, Any]:
        """Return the given keys with their parsed values. Raise Refused with all faults."""
        body, faults = parse(data, self.changes if self.partial else self.statement)
        if body is None:
            errors = [Error(pointer=f"#{fault.pointer}", detail=fault.message()) for fault in faults[:MOST_ERRORS]]
            raise Refused(INVALID_CONTENT, errors=errors)
        return {key: body[key] for key in data}
