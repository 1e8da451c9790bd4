"""Requests and responses as the documentation shows them.

To compare them, values that change each time are put aside: ids, times, digests, signatures, cursors.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

# In the documentation, in place of a token's secret.
TOKEN = "fct_…"
WIDTH = 140
# Those of an answer that belong to the API. The others every page of the site has.
SHOWN = (
    "Content-Type", "Location", "ETag", "Cache-Control", "Retry-After", "WWW-Authenticate", "Factcheck-Head",
    "Factcheck-As-Of", "Factcheck-Sequence", "Factcheck-Digest", "Factcheck-Salt", "Accept-Ranges", "Content-Range", "Link",
)  # fmt: skip
# Headers that nearly every response has. docs/reference/api.md describes them, so examples leave them out.
USUAL = {
    "ETag": re.compile(".+"),
    "Factcheck-Head": re.compile(r"\d+"),
    "Cache-Control": re.compile("no-cache"),
    "Link": re.compile('<[^>]+>; rel="license"'),
}
_NEW_EACH_TIME = re.compile(
    r"""[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}  # an id
    | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z                            # a time
    | (?<="sdDatePublished":\ ")\d{4}-\d\d-\d\d                         # the day of the publication
    | \b(?:[0-9a-f]{64}|[0-9a-f]{32})\b                                 # a digest, an entity tag
    | (?<=\+)[0-9a-f]{8}(?=\+)                                          # the id of a key
    | (?<=cursor=)[\w%:-]+
    | (?:(?<=[\s"+])|(?<=\\n))[A-Za-z0-9+/]{43,}=*                     # a hash, a key, a signature
    | (?<=receipts/)[\w-]{22} | (?<="receipt":\ ")[\w-]{22}""",
    re.VERBOSE,
)
_COMPRESSED = re.compile(r'(?<="bytes": )\d+')  # two files may be as long as each other, or not


@dataclass(frozen=True)
class Request:
    method: str
    address: str
    headers: dict[str, str]
    content: str = ""

    def send(self, secret: str) -> HttpResponse:
        """To the site in this process. `secret` is the token's."""
        headers = {name: value.replace(TOKEN, secret) for name, value in self.headers.items()}
        return Client().generic(
            self.method, self.address, self.content.encode(), headers.pop("Content-Type", "application/json"),
            headers=headers,
        )  # fmt: skip


def comparable(text: str) -> str:
    """Each value that is new each time gives way to the number of its first appearance."""
    numbers: dict[str, int] = {}
    text = _COMPRESSED.sub("<bytes>", text)
    return _NEW_EACH_TIME.sub(lambda found: f"<{numbers.setdefault(found[0], len(numbers))}>", text)


def read_request(block: str) -> Request:
    """The request of an exchange: the lines before the response."""
    asked = re.split(r"\n+HTTP/1\.1 ", block)[0]
    head, _, content = asked.strip().partition("\n\n")
    line, *fields = head.split("\n")
    method, address, _version = line.split(" ")
    headers = dict(field.split(": ", 1) for field in fields)
    headers.pop("Host", None)
    return Request(method, address, headers, content.strip())


def write_exchange(block: str, response: HttpResponse, omitted: Collection[str] = ()) -> str:
    """The block with this response. `omitted` are the keys whose values another page shows."""
    asked = re.split(r"\n+HTTP/1\.1 ", block)[0].rstrip("\n")
    # Python before 3.13 has the phrase of RFC 4918, later ones that of RFC 9110.
    reason = response.reason_phrase.replace("Unprocessable Entity", "Unprocessable Content")
    lines = [f"HTTP/1.1 {response.status_code} {reason}"]
    lines += [f"{name}: {response[name]}" for name in SHOWN if name in response and not _is_usual(name, response[name])]
    return f"{asked}\n\n" + "\n".join(lines) + f"\n\n{written_content(response, omitted)}".rstrip("\n") + "\n"


def _is_usual(name: str, value: str) -> bool:
    return name in USUAL and USUAL[name].fullmatch(value) is not None


def written_content(response: HttpResponse, omitted: Collection[str] = ()) -> str:
    text = response.content.decode()
    if "json" not in response.get("Content-Type", ""):
        return text
    return re.sub(r'"(\{…\}|\[…\]|…)"', r"\1", pretty(_shortened(json.loads(text), omitted)))


def _shortened(value: Any, omitted: Collection[str]) -> Any:
    """Objects and lists under these keys become `{…}` and `[…]`. After `rest of`, a list keeps its first item."""
    if isinstance(value, list):
        return [_shortened(each, omitted) for each in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, each in value.items():
        if isinstance(each, list) and f"rest of {key}" in omitted:
            found[key] = [_shortened(each[0], omitted), "…"]
        elif each and isinstance(each, dict | list) and key in omitted:
            found[key] = "{…}" if isinstance(each, dict) else "[…]"
        else:
            found[key] = _shortened(each, omitted)
    return found


def pretty(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON in lines of WIDTH, as full as they can be. `before` is the number of characters that are already on the first line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or indent + before + len(flat) < WIDTH:
        return flat
    if isinstance(value, dict):
        named = [(f"{json.dumps(key)}: ", each) for key, each in value.items()]
    else:
        named = [("", each) for each in value]
    lines: list[str] = []
    for key, each in named:
        piece = key + pretty(each, indent + 2, len(key))
        fits = lines and "\n" not in lines[-1] + piece and indent + len(lines[-1]) + len(piece) + 5 < WIDTH
        lines[-1:] = [f"{lines[-1]}, {piece}"] if fits else [*lines[-1:], piece]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inner = ",\n".join(" " * (indent + 2) + line for line in lines)
    return f"{opening}\n{inner}\n{' ' * indent}{closing}"
