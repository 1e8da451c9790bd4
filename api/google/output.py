"""How an answer is written: indented or not, as JSON or as a call of the client's function (JSONP)."""

import re
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict

JSON = "application/json; charset=UTF-8"
SCRIPT = "text/javascript; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"

# A name or a path of names: nothing that could be more than a call, and not long enough to be an exploit of its own.
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,63}(?:\.[A-Za-z_$][\w$]{0,63}){0,7}", re.ASCII)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
# Ends of lines in scripts of before 2019, and what an old browser might take for the beginning of a page.
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "\u2028\u2029<>"}


@dataclass(frozen=True, slots=True)
class Output:
    pretty: bool = True
    callback: str | None = None


def parameters_of(request: HttpRequest) -> QueryDict:
    """Those of the address and those of a form: Google's clients send a long address as a form."""
    found = request.GET.copy()
    if request.content_type == FORM:
        found.update(request.POST)
    return found


def read_truth(value: str) -> bool:
    """Raises ValueError with a sentence for whoever sent it."""
    if value.lower() not in _TRUTH:
        raise ValueError("Give true or false.")
    return _TRUTH[value.lower()]


def read_callback(value: str) -> str:
    """Raises ValueError with a sentence for whoever sent it."""
    if not _CALLBACK.fullmatch(value):
        raise ValueError("Give the name of a JavaScript function, such as show or app.show.")
    return value


def output_of(request: HttpRequest) -> Output:
    """As far as the parameters can be read; what is wrong with them, `read_common` says."""
    try:
        query = parameters_of(request)
    except SuspiciousOperation:
        return Output()
    pretty, callback = query.get("prettyPrint", ""), query.get("callback", "")
    return Output(_TRUTH.get(pretty.lower(), True), callback if _CALLBACK.fullmatch(callback) else None)


def write(content: dict[str, Any], output: Output) -> tuple[bytes, str]:
    """The bytes and their media type."""
    text = orjson.dumps(content, option=orjson.OPT_INDENT_2 if output.pretty else None)
    if output.callback is None:
        return text + b"\n", JSON
    return f"// API callback\n{output.callback}({text.decode().translate(_IN_SCRIPT)});".encode(), SCRIPT
