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

# The parameters that all of Google's APIs share. Keys and tokens are accepted but ignored, because everything in the
# record is public. Each parameter can also have a dollar sign before its name, for example $alt.
IGNORED = (
    "key", "access_token", "oauth_token", "quotaUser", "userIp", "userProject", "uploadType", "upload_protocol",
)  # fmt: skip
COMMON: dict[str, dict[str, Any]] = {
    **{name: {"type": "string", "description": "Ignored."} for name in IGNORED},
    "alt": {"type": "string", "enum": ["json"], "default": "json", "description": "The format of the response."},
    "callback": {"type": "string", "description": "The JavaScript function to call with the response (JSONP)."},
    "fields": {"type": "string", "description": "The fields to return, for example claims.text,nextPageToken."},
    "prettyPrint": {"type": "boolean", "default": "true", "description": "Whether the response has line breaks."},
    "$.xgafv": {"type": "string", "enum": ["1", "2"], "description": "Ignored."},
}

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
    found = QueryDict(mutable=True)
    for query in (request.GET, request.POST if request.content_type == FORM else QueryDict()):
        for name, values in query.lists():
            known = name.removeprefix("$") in COMMON
            found.setlistdefault(name.removeprefix("$") if known else name).extend(values)
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
