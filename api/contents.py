"""What is sent in: JSON of bounded size, held against the schema that describes it."""

from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Any

import orjson
from django.http import HttpRequest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from api.problems import BAD_REQUEST, CONTENT_TOO_LARGE, INVALID_CONTENT, Refused
from api.schema.components import COMPONENTS

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


def read_object(content: bytes, component: str) -> dict[str, Any]:
    """The JSON object, if it fits the component. Raises Refused with all that does not."""
    try:
        said = orjson.loads(content)
    except ValueError as problem:
        raise Refused(BAD_REQUEST, "The content is no JSON in UTF-8.") from problem
    found = islice(_validator(component).iter_errors(said), MOST_ERRORS)
    # Each place once: every missing key is an error of its own that names all of them.
    if errors := dict.fromkeys(each for error in found for each in _pointed(error)):
        raise Refused(INVALID_CONTENT, errors=[{"pointer": f"#{at}", "detail": detail} for at, detail in errors])
    assert isinstance(said, dict)
    return said


@cache
def _validator(component: str) -> Draft202012Validator:
    schema = {"components": {"schemas": COMPONENTS}, "$ref": f"#/components/schemas/{component}"}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _pointed(error: ValidationError) -> list[tuple[str, str]]:
    """Where it is (RFC 6901) and what is wanted there, without what was sent."""
    place = _pointer(error.absolute_path)
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in error.instance]
            return [(f"{place}/{name}", "This is missing.") for name in missing]
        case "additionalProperties":
            known = error.schema["properties"]
            unknown = [name[:100] for name in error.instance if name not in known][:MOST_ERRORS]
            detail = f"There is no such key here. There are: {', '.join(known)}."
            return [(place + _pointer([name]), detail) for name in unknown]
        case "type":
            detail = f"Give a JSON value of this type: {wanted if isinstance(wanted, str) else ' or '.join(wanted)}."
        case "anyOf":
            return [each for inner in error.context for each in _pointed(inner) if inner.validator != "type"] or [
                (place, "Give an object, or null.")
            ]
        case "enum":
            detail = f"Give one of: {', '.join('null' if value is None else str(value) for value in wanted)}."
        case "format":
            detail = {"date": "Give a day such as 2026-10-05.", "uuid": "Give an id (UUID)."}[wanted]
        case "maxItems":
            detail = f"Give {wanted} at most."
        case "minProperties":
            detail = "Say what is to be changed."
        case _:
            detail = "This does not fit what is described at /api/schema/."
    return [(place, detail)]


def _pointer(steps: Iterable[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
