"""Descriptions of read-only views: parameters from the options of their list, and responses by component."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from factcheck.record.lists.counts import GROUPS
from factcheck.record.lists.dimensions import FACETS

if TYPE_CHECKING:
    from api.lists.requests import ListOptions

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
Responses = dict[Any, OpenApiResponse]  # keyed by status, or by status and media type


def ref(component: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{component}"}


def query_parameter(name: str, schema: Any, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, **more)


def header(name: str, description: str, statuses: Iterable[int] = (), kind: type = str) -> OpenApiParameter:
    """Describe a header of the request, or of the responses with these statuses."""
    response = sorted(statuses) or False
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=description, response=response)


def integer_parameter(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return query_parameter(name, {"type": "integer", "minimum": 0}, description, required=required)


_HEADERS = {
    "ETag": "Changes with the content. Send it back in `If-None-Match`.",
    "Link": 'The licence (`rel="license"`). Lists also link to the next and previous pages (`next`, `prev`).',
    "RateLimit": "The requests that are left in each limit (`r`), and the seconds until they are reset (`t`).",
    "RateLimit-Policy": "The limits that apply to the request: `q` requests in `w` seconds.",
    "Factcheck-Head": "The sequence of the newest log entry. Absent until something is published.",
    "Factcheck-Left-Out": "The parts of the response that had no time, for example `counts`. Usually absent.",
}
DOCUMENT_HEADERS = {
    "Factcheck-Salt": "32 random bytes in hexadecimal.",
    "Factcheck-Sequence": "The entry's index in the log.",
    "Factcheck-Digest": "SHA-256 of the salt's bytes and the content, in hexadecimal.",
}
_AS_OF_HEADER = {"Factcheck-As-Of": "Sent with `as_of`: the sequence of the newest entry that is included."}
_RANGES_HEADER = {"Accept-Ranges": "Always `bytes`, because you can request a part of the file."}
PAGE_SIZE_PARAMETER = query_parameter(
    "page_size", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}, "The number of results on a page."
)
CURSOR_PARAMETER = query_parameter(
    "cursor",
    str,
    "The start of the page, from `next` or `previous`. A cursor only works with the same filters and order.",
)
PROBLEM_TYPE = "application/problem+json"
_JSON = ("application/json", "application/ld+json")
CONTENT_PROBLEMS = {
    411: "The content was sent without a `Content-Length`.",
    413: "The content is too large.",
    422: "The content is invalid.",
}
ANYWHERE = {
    429: "Too many requests. Wait for the number of seconds in `Retry-After`.",
    500: "An unexpected server error.",
    503: "The database isn't responding, the search takes too long, or the site is busy.",
}
_RANGE = [
    header("Range", "The part of the file that you need, for example `bytes=1000-`."),
    header("If-Range", "The `ETag` of the file from which you already have a part."),
    header("Content-Range", "The position of the part in the file.", [206, 416]),
]
_IF_NONE_MATCH = header("If-None-Match", "The `ETag` of the content that you already have.")
_RETRY_AFTER = header("Retry-After", "The number of seconds to wait.", [429, 503], int)
AS_OF = query_parameter(
    "as_of",
    {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "format": "date-time"}],
        "examples": [1024, "2026-11-05T08:30:00Z"],
    },
    "Shows the record as it was after this log entry, or at this time. Erased content isn't shown.",
)
_FLAG = {"type": "boolean", "default": False}
_EXTRAS = [
    query_parameter("highlight", _FLAG, "Marks the words of `q` in the results' texts, in `meta.highlights`."),
    query_parameter(
        "facets",
        {"type": "array", "items": {"type": "string", "enum": list(FACETS)}, "minItems": 1},
        "Counts the results by value, in `meta.facets`. Separate facets with commas.",
        explode=False,
    ),
    query_parameter("count", _FLAG, "Counts the results, in `meta.count`."),
]


def documented(
    operation_id: str,
    tag: str,
    summary: str,
    component: str,
    options: "ListOptions | None" = None,
    *,
    missing: bool = False,
    gone: bool = False,
    moved: str | None = None,
    headers: Mapping[str, str] | None = None,
    as_of: bool = False,
    extra: Sequence[OpenApiParameter] = (),
    media_type: str = "application/json",
    also: Mapping[str, str] | None = None,
    partial: bool = False,
    body: str | None = None,
) -> Decorator:
    """Describe a `get`, or a `post` whose request body is the component `body`.

    With `missing` and `gone`, the view can respond with 404 and 410. `moved` is the reason for a 308. `also` contains
    components for other media types. With `partial`, clients can read the file in parts.
    """
    headers = {**_HEADERS, **(_AS_OF_HEADER if as_of else {}), **(_RANGES_HEADER if partial else {}), **(headers or {})}
    if body:
        headers.pop("ETag")
    parameters = [
        *(_list_parameters(options) if options else []),
        *([AS_OF] if as_of else []),
        *extra,
        *([] if body else [_IF_NONE_MATCH]),
        *(_RANGE if partial else []),
        *(header(name, text, [200]) for name, text in headers.items()),
        *([header("Location", "The new URL.", [308])] if moved else []),
        _RETRY_AFTER,
    ]
    return extend_schema(
        operation_id=operation_id,
        tags=[tag],
        summary=summary,
        description="",
        parameters=parameters,
        responses={
            **_successes({media_type: component, **(also or {})}, cacheable=not body, moved=moved, partial=partial),
            **_problems(missing=missing, gone=gone, json=media_type in _JSON, body=bool(body), partial=partial),
        },
        auth=[],
        request={"application/json": ref(body)} if body else None,
    )


def _successes(components: Mapping[str, str], *, cacheable: bool, moved: str | None, partial: bool) -> Responses:
    """Return the responses with statuses up to 308. `components` is keyed by media type."""
    found: Responses = {(200, each): OpenApiResponse(ref(name), description="OK") for each, name in components.items()}
    if cacheable:
        found[304] = OpenApiResponse(description="The content hasn't changed since the `ETag` in `If-None-Match`.")
    if moved:
        found[308] = OpenApiResponse(description=moved)
    if partial:
        for each, name in components.items():
            found[(206, each)] = OpenApiResponse(ref(name), description="The requested part.")
    return found


def _problems(*, missing: bool, gone: bool, json: bool, body: bool, partial: bool) -> Responses:
    descriptions = {400: "A parameter is unknown or invalid."}
    if missing:
        descriptions[404] = "Nothing has been published at this URL."
    if json:
        descriptions[406] = "`Accept` excludes JSON."
    if gone:
        descriptions[410] = "The content has been erased. `detail` and `notice` contain the public reason."
    if body:
        descriptions |= {400: "A parameter is unknown, or the content isn't JSON.", **CONTENT_PROBLEMS}
    if partial:
        descriptions[416] = "The range begins beyond the end of the file."
    descriptions |= ANYWHERE
    return {
        (status, PROBLEM_TYPE): OpenApiResponse(ref("Problem"), description=text)
        for status, text in descriptions.items()
    }


FIELDS = query_parameter(
    "fields",
    {"type": "array", "items": {"type": "string", "pattern": r"^[a-z_]+(\.[a-z_]+)*$"}, "minItems": 1, "maxItems": 100},
    "Only these fields, for example `id,claim.text`. The response then doesn't have the other fields of its schema.",
    explode=False,
)
_GROUP_BY = query_parameter(
    "group_by",
    {"type": "array", "items": {"type": "string", "enum": list(GROUPS)}, "minItems": 1, "maxItems": 2},
    "Counts the reviews by value, in `groups`. Separate two groups with a comma, for example"
    " `verdict,year`. `year` and `month` are those of the first publication on this site. `reviewed_year` and"
    " `reviewed_month` are those of the publisher's date. Without such a date, they equal `year` and `month`. An"
    " imported review always has its publisher's date. Without such a date, all four are null.",
    explode=False,
)


def _list_parameters(options: "ListOptions") -> list[OpenApiParameter]:
    found = [
        OpenApiParameter(
            each.name,
            {"type": "array", "items": {**each.schema, "examples": [each.example]}, "maxItems": 100},
            OpenApiParameter.QUERY,
            description=f"{each.description} To match any of several values, repeat the parameter.",
            explode=True,
        )
        for each in options.filters
    ]
    if options.grouped:
        return [*found, _GROUP_BY]
    if options.sorts:
        schema = {"type": "string", "enum": options.sorts}
        if not options.searched:
            schema["default"] = options.sorts[0]
        text = "The sort order. A leading `-` means descending. Results without a value always come last."
        if options.searched:
            text += " The default is `relevance` if you send `q`, and `-published_at` otherwise."
        found.append(query_parameter("sort", schema, text))
    if options.fields:
        found.append(FIELDS)
    found.append(PAGE_SIZE_PARAMETER)
    if options.searched:
        found += _EXTRAS
    return [*found, CURSOR_PARAMETER]
