"""The parameters of the searches, and the parameters that all of Google's APIs share."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict

from api.google.discovery import COMMON, IMAGE_SEARCH, SEARCH, Shape
from api.google.errors import GoogleError, invalid
from api.google.fields import read_fields
from api.google.output import read_boolean
from api.http.parameters import Parameters, Value
from api.lists.cursors import read_cursor
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.formats.text import find_forbidden, replace_forbidden
from factcheck.record.lists import values
from factcheck.record.lists.pages import Position
from factcheck.record.search.query import MAX_QUERY

PAGE_SIZE, MAX_PAGE_SIZE = 10, 100
MAX_OFFSET = 10_000
_INT32 = re.compile(r"-?[0-9]{1,10}")
_LONG_AGO = 700_000  # days


@dataclass(slots=True)
class Search:
    """A search by words or by picture. `language` is a lower-case tag without a region. `since` is the earliest day."""

    query: str = ""
    uri: str = ""  # of the picture
    language: str = ""
    site: str = ""
    since: date | None = None
    page_size: int = PAGE_SIZE
    offset: int = 0
    token: str = ""
    place: list[str] = field(default_factory=list)  # the parameters that a page token is bound to
    fields: Shape = field(default_factory=dict)


class _Parameters(Parameters):
    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Read a parameter, but treat an empty value as missing, as protocol buffers do."""

        def read(text: str) -> Value:
            if name != "query" and (forbidden := find_forbidden(text)):
                raise ValueError(f"The character {forbidden} isn't allowed. Remove it.")
            return reader(text) if text else default

        return super().read(name, read, default)


def read_search(query: QueryDict, shape: Shape) -> Search:
    """Read and check all parameters of a search. Raise GoogleError with all problems."""
    parameters, search = _read_common(query, SEARCH, shape)
    search.query = parameters.read("query", _words, "")
    search.site = parameters.read("reviewPublisherSiteFilter", values.read_site, "")
    search.since = parameters.read("maxAgeDays", _oldest_day, None)
    if not parameters.faults and not search.query and not search.site:
        parameters.faults.append(
            ("query", "There is nothing to search for. Send search words or a reviewPublisherSiteFilter.")
        )
    if parameters.faults:
        raise invalid(parameters.faults)
    search.place = ["claims:search", search.query, search.language, search.site, query.get("maxAgeDays", "")]
    return search


def read_image_search(query: QueryDict, shape: Shape) -> Search:
    """Read and check all parameters of a search by picture. Raise GoogleError with all problems."""
    parameters, search = _read_common(query, IMAGE_SEARCH, shape)
    search.uri = parameters.read("imageUri", str, "")
    if not parameters.faults and not search.uri:
        parameters.faults.append(("imageUri", "There is no picture. Send a picture as a data: URL."))
    if parameters.faults:
        raise invalid(parameters.faults)
    search.place = ["claims:imageSearch", sha256_hex(search.uri.encode()), search.language]
    return search


def read_token(token: str, place: Iterable[str]) -> Position | None:
    """Return the position after which the page begins, or None without a token.

    Raise GoogleError if the token belongs to other parameters.
    """
    try:
        return read_cursor(token, place).position if token else None
    except ValueError:
        message = "This token is for other parameters. Start again without the token."
        raise invalid([("pageToken", message)]) from None


def _read_common(query: QueryDict, names: Collection[str], shape: Shape) -> tuple[_Parameters, Search]:
    """Read the parameters that both searches have. Raise GoogleError for unsupported output formats."""
    parameters = _Parameters(query, [*names, *COMMON])
    parameters.read("prettyPrint", read_boolean, True)
    if parameters.read("alt", values.read_choice(("json", "media", "proto")), "json") != "json":
        raise GoogleError("UNIMPLEMENTED", "This format isn't supported. Use alt=json.")
    parameters.read("$.xgafv", values.read_choice(("1", "2")), "2")
    search = Search(
        language=parameters.read("languageCode", _language, ""),
        page_size=min(parameters.read("pageSize", _count, 0) or PAGE_SIZE, MAX_PAGE_SIZE),
        token=parameters.read("pageToken", str, ""),
        fields=parameters.read("fields", lambda text: read_fields(text, shape), {}),
    )
    if not search.token:
        search.offset = parameters.read("offset", _offset, 0)
    return parameters, search


def _words(value: str) -> str:
    """Return the words in the record's spelling. A long text is cut, because the whole text wouldn't match anything."""
    text = replace_forbidden(value[:5000])
    return text if len(text) <= MAX_QUERY else text[:MAX_QUERY].rpartition(" ")[0] or text[:100]


def _language(value: str) -> str:
    """Return the language and the script, without the region."""
    language, *rest = values.read_language(value.replace("_", "-")).split("-")
    return "-".join([language, *(part for part in rest[:1] if len(part) == 4 and part.isalpha())])


def _int32(value: str) -> int:
    if not _INT32.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise ValueError("This isn't a whole number. Send a number, for example 10.")
    return int(value)


def _count(value: str) -> int:
    if (number := _int32(value)) < 0:
        raise ValueError("This number is negative. Send 0 or more.")
    return number


def _oldest_day(value: str) -> date | None:
    days = _count(value)
    return datetime.now(UTC).date() - timedelta(days=days) if 0 < days < _LONG_AGO else None


def _offset(value: str) -> int:
    if (number := _count(value)) > MAX_OFFSET:
        raise ValueError(
            f"This number is too large. Send at most {MAX_OFFSET}, and use nextPageToken for further results."
        )
    return number
