"""The parameters of `claims:search` and those that all methods of Google's APIs share."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict

from api.google.errors import GoogleError, invalid
from api.google.fields import Shape, read_fields
from api.google.output import read_callback, read_truth
from api.http import values
from api.http.parameters import Parameters, Value
from factcheck.record.formats.text import find_forbidden, storable
from factcheck.record.search.query import MAX_QUERY

# Keys and tokens are taken and never looked at: everything here may be read by anybody.
IGNORED = ("key", "access_token", "oauth_token", "quotaUser", "uploadType", "upload_protocol")
COMMON = (*IGNORED, "alt", "callback", "fields", "prettyPrint", "$.xgafv")
SEARCH = ("query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays", "pageSize", "pageToken", "offset")

PAGE_SIZE, MAX_PAGE_SIZE = 10, 100
MAX_OFFSET = 10_000
_INT32 = re.compile(r"-?[0-9]{1,10}")
_LONG_AGO = 700_000  # days


@dataclass(slots=True)
class Search:
    """What is searched for. `language` is a tag in lower case without its region, `since` the oldest day."""

    query: str = ""
    language: str = ""
    site: str = ""
    since: date | None = None
    page_size: int = PAGE_SIZE
    offset: int = 0
    token: str = ""
    place: list[str] = field(default_factory=list)  # what a page token is bound to
    fields: Shape = field(default_factory=dict)


class _Given(Parameters):
    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """What is empty counts as left out, as in protocol buffers."""

        def read(text: str) -> Value:
            if name != "query" and (forbidden := find_forbidden(text)):
                raise ValueError(f"The character {forbidden} may not stand in it.")
            return reader(text) if text else default

        return super().read(name, read, default)


def read_search(query: QueryDict, shape: Shape) -> Search:
    """Raises GoogleError."""
    given = _Given(query, (*SEARCH, *COMMON))
    fields = _read_common(given, shape)
    asked = Search(
        query=given.read("query", _words, ""),
        language=given.read("languageCode", _language, ""),
        site=given.read("reviewPublisherSiteFilter", values.read_site, ""),
        since=given.read("maxAgeDays", _oldest_day, None),
        page_size=min(given.read("pageSize", _count, 0) or PAGE_SIZE, MAX_PAGE_SIZE),
        token=given.read("pageToken", str, ""),
        fields=fields,
    )
    if not asked.token:
        asked.offset = given.read("offset", _offset, 0)
    if not given.faults and not asked.query and not asked.site:
        given.faults.append(("query", "Give words to search for, or a reviewPublisherSiteFilter."))
    if given.faults:
        raise invalid(given.faults)
    asked.place = ["claims:search", asked.query, asked.language, asked.site, query.get("maxAgeDays", "")]
    return asked


def _read_common(given: _Given, shape: Shape) -> Shape:
    """The fields that are asked for. Raises GoogleError for forms of an answer that there are none of here."""
    given.read("prettyPrint", read_truth, True)
    given.read("callback", read_callback, "")
    if given.read("alt", values.read_one_of(("json", "media", "proto")), "json") != "json":
        raise GoogleError("UNIMPLEMENTED", "Only alt=json is served here.")
    given.read("$.xgafv", values.read_one_of(("1", "2")), "2")
    fields: Shape = given.read("fields", lambda text: read_fields(text, shape), {})
    return fields


def _words(value: str) -> str:
    """The words as the record spells them. Of a long text its beginning counts: all of it would find nothing."""
    text = storable(value[:5000])
    return text if len(text) <= MAX_QUERY else text[:MAX_QUERY].rpartition(" ")[0] or text[:100]


def _language(value: str) -> str:
    """Language and script; the region does not count."""
    language, *rest = values.read_language(value.replace("_", "-")).split("-")
    return "-".join([language, *(part for part in rest[:1] if len(part) == 4 and part.isalpha())])


def _int32(value: str) -> int:
    if not _INT32.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise ValueError("Give a whole number.")
    return int(value)


def _count(value: str) -> int:
    if (number := _int32(value)) < 0:
        raise ValueError("Give a number that is not negative.")
    return number


def _oldest_day(value: str) -> date | None:
    days = _count(value)
    return datetime.now(UTC).date() - timedelta(days=days) if 0 < days < _LONG_AGO else None


def _offset(value: str) -> int:
    if (number := _count(value)) > MAX_OFFSET:
        raise ValueError(f"Give at most {MAX_OFFSET}; further on leads nextPageToken.")
    return number
