"""Serialises responses as JSON, indented or not, or as a call of the client's function (JSONP)."""

import re
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict

JSON = "application/json; charset=UTF-8"
SCRIPT = "text/javascript; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"

# A name, or names joined by dots. Such a text can only be a function call, and is too short for an exploit.
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,63}(?:\.[A-Za-z_$][\w$]{0,63}){0,7}", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# Line separators break JavaScript engines from before 2019. An old browser may interpret `<` and `>` as HTML.
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "\u2028\u2029<>"}


@dataclass(frozen=True, slots=True)
class Output:
    pretty: bool = True
    callback: str | None = None


def parameters_of(request: HttpRequest) -> QueryDict:
    """Return the parameters from the URL and the form. If a URL is too long, Google's clients send a form."""
    found = request.GET.copy()
    if request.content_type == FORM:
        found.update(request.POST)
    return found


def read_boolean(value: str) -> bool:
    """Parse true or false. Raises ValueError with a sentence for the client."""
    if value.lower() not in _BOOLEANS:
        raise ValueError("This is neither true nor false. Send true or false.")
    return _BOOLEANS[value.lower()]


def read_callback(value: str) -> str:
    """Check the name of a callback. Raises ValueError with a sentence for the client."""
    if not _CALLBACK.fullmatch(value):
        raise ValueError("This isn't a function name. Send a name, for example show or app.show.")
    return value


def output_of(request: HttpRequest) -> Output:
    """Return the output format, ignoring invalid parameters. `parameters.read_search` reports invalid parameters."""
    try:
        query = parameters_of(request)
    except SuspiciousOperation:
        return Output()
    pretty, callback = query.get("prettyPrint", ""), query.get("callback", "")
    return Output(_BOOLEANS.get(pretty.lower(), True), callback if _CALLBACK.fullmatch(callback) else None)


def write(content: dict[str, Any], output: Output) -> tuple[bytes, str]:
    """Return the serialised content and its media type."""
    text = orjson.dumps(content, option=orjson.OPT_INDENT_2 if output.pretty else None)
    if output.callback is None:
        return text + b"\n", JSON
    return f"// API callback\n{output.callback}({text.decode().translate(_IN_SCRIPT)});".encode(), SCRIPT
