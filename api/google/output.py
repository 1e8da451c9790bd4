"""The parameters of a request, and responses as JSON, indented or not."""

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict

from api.google.discovery import COMMON

JSON = "application/json; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def parameters_of(request: HttpRequest) -> QueryDict:
    """Return the parameters from the URL and the form. If a URL is too long, Google's clients send a form."""
    found = QueryDict(mutable=True)
    for query in (request.GET, request.POST if request.content_type == FORM else QueryDict()):
        for name, values in query.lists():
            known = name.removeprefix("$") in COMMON
            found.setlistdefault(name.removeprefix("$") if known else name).extend(values)
    return found


def read_boolean(value: str) -> bool:
    """Parse true or false. Raise ValueError with a sentence for the client."""
    if value.lower() not in _BOOLEANS:
        raise ValueError("This is neither true nor false. Send true or false.")
    return _BOOLEANS[value.lower()]


def write(request: HttpRequest, content: object) -> bytes:
    """Return the JSON. An invalid prettyPrint is ignored here, because `parameters.read_search` reports it."""
    try:
        pretty = parameters_of(request).get("prettyPrint", "")
    except SuspiciousOperation:
        pretty = ""
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 if _BOOLEANS.get(pretty.lower(), True) else None) + b"\n"
