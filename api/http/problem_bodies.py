"""Problem documents as they are sent (RFC 9457)."""

from typing import Annotated

import orjson
from pydantic.json_schema import SkipJsonSchema

from factcheck.record.statements.output import Nested, Output, SiteUrl, left_out, stored


class Error(Nested):
    """An error in one parameter, or at one position in the content."""

    parameter: str | SkipJsonSchema[None] = left_out()
    """The name of the invalid parameter."""
    pointer: str | SkipJsonSchema[None] = left_out()
    """The position in the content, as a JSON pointer in a URL fragment. For example, `#/sources/0/url`."""
    detail: str


class Problem(Output):
    """An error (RFC 9457)."""

    type: SiteUrl
    """The URL of a page that explains this kind of problem."""
    title: str
    """A short name for this kind of problem."""
    status: int
    """The HTTP status."""
    detail: str
    """The error, its cause and what you can do."""
    instance: str
    """The path of the request."""
    code: str | SkipJsonSchema[None] = left_out()
    """Why the newsroom's rules refuse the request, for a program. For example, `wrong_state`."""
    errors: list[Error] | SkipJsonSchema[None] = left_out()
    """Sent for invalid parameters and invalid content."""
    notice: Annotated[orjson.Fragment, stored("ErasureNotice")] | SkipJsonSchema[None] = left_out()
