"""How a view describes itself: parameters from its list's options, answers by the name of their component."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from factcheck.record.search.counts import FACETS

if TYPE_CHECKING:
    from api.lists.options import ListOptions

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_HEADERS = {
    "ETag": "Changes with the content; send it back in `If-None-Match`.",
    "Link": 'The licence (`rel="license"`); on lists also the pages around this one (`next`, `prev`).',
    "Factcheck-Head": "Sequence of the newest log entry; absent while nothing has been published.",
}
DOCUMENT_HEADERS = {
    "Factcheck-Salt": "32 random bytes in hexadecimal.",
    "Factcheck-Sequence": "The entry's index in the log.",
    "Factcheck-Digest": "Hexadecimal SHA-256 of the salt's bytes and the content.",
}
_AS_OF_HEADER = {"Factcheck-As-Of": "With `as_of`: sequence of the newest entry that counts."}
_RANGES_HEADER = {"Accept-Ranges": "`bytes`: a part can be asked for."}
PAGE_SIZE_PARAMETER = OpenApiParameter(
    "page_size",
    {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    OpenApiParameter.QUERY,
    description="How many a page holds.",
)
PROBLEM_TYPE = "application/problem+json"
ANYWHERE = {
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
    500: "An error of ours.",
    503: "The database does not answer.",
}


def ref(component: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{component}"}


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
    asked: str | None = None,
) -> Decorator:
    """Describes a `get`, or a `post` of the component `asked`.

    `missing`: it may answer 404. `gone`: it may answer 410.
    `also`: the components of the other media types that may be asked for. `partial`: it is a file of which a part
    can be asked for.
    """
    as_of = as_of or bool(options and options.as_of)
    headers = {**_HEADERS, **(_AS_OF_HEADER if as_of else {}), **(_RANGES_HEADER if partial else {}), **(headers or {})}
    problems = {400: "A parameter is unknown or wrong."}
    if missing:
        problems[404] = "Nothing has been published at this address."
    if media_type in ("application/json", "application/ld+json"):
        problems[406] = "`Accept` rules out JSON."
    if gone:
        problems[410] = "Erased; `detail` and `notice` tell the public why."
    if asked:
        problems[413] = "The content comes in chunks, so that nobody said how many bytes it has."
    if partial:
        problems[416] = "The range begins beyond the end of the file."
    problems |= ANYWHERE
    contents = {media_type: component, **(also or {})}
    answers: dict[Any, OpenApiResponse] = {
        (200, each): OpenApiResponse(ref(name), description="OK") for each, name in contents.items()
    }
    if asked:
        headers.pop("ETag")
    else:
        answers[304] = OpenApiResponse(description="What `If-None-Match` names is still what would be sent.")
    if moved:
        answers[308] = OpenApiResponse(description=moved)
    if partial:
        for each, name in contents.items():
            answers[(206, each)] = OpenApiResponse(ref(name), description="The part that `Range` asks for.")
    for status, description in problems.items():
        answers[(status, PROBLEM_TYPE)] = OpenApiResponse(ref("Problem"), description=description)
    parameters = [
        *(_list_parameters(options) if options else []),
        *([AS_OF] if as_of else []),
        *extra,
        *([] if asked else [_IF_NONE_MATCH]),
        *(_RANGE if partial else []),
        *(
            OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text, response=[200])
            for name, text in headers.items()
        ),
        *([_LOCATION] if moved else []),
        OpenApiParameter(
            "Retry-After", int, OpenApiParameter.HEADER, description="Seconds to wait.", response=[429, 503]
        ),
    ]
    return extend_schema(
        operation_id=operation_id, tags=[tag], summary=summary, description="",
        parameters=parameters, responses=answers, auth=[], request={"application/json": ref(asked)} if asked else None,
    )  # fmt: skip


_RANGE = [
    OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One part, such as `bytes=1000-`."),
    OpenApiParameter(
        "If-Range", str, OpenApiParameter.HEADER, description="The `ETag` of the file that the part has to be of."
    ),
    OpenApiParameter(
        "Content-Range", str, OpenApiParameter.HEADER, description="Which part this is.", response=[206, 416]
    ),
]


def integer_parameter(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": 0}
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, required=required)


_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An `ETag` that the client has."
)
_LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, description="The address where it is now.", response=[308]
)
AS_OF = OpenApiParameter(
    "as_of",
    {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "format": "date-time"}],
        "examples": [1024, "2026-11-05T08:30:00Z"],
    },
    OpenApiParameter.QUERY,
    description="Shows what was public after this entry of the log, or at this time; never what has been erased since."
    " Not together with `q`.",
)


_FLAG = {"type": "boolean", "default": False}
_EXTRAS = [
    OpenApiParameter(
        "highlight", _FLAG, OpenApiParameter.QUERY, description="With `q`: where the words stand, in `meta.highlights`."
    ),
    OpenApiParameter(
        "facets",
        {"type": "array", "items": {"type": "string", "enum": list(FACETS)}, "minItems": 1},
        OpenApiParameter.QUERY,
        description="How many results have which value, in `meta.facets`; separated by commas.",
        explode=False,
    ),
    OpenApiParameter(
        "count", _FLAG, OpenApiParameter.QUERY, description="How many results there are, in `meta.count`."
    ),
]


def _list_parameters(options: "ListOptions") -> list[OpenApiParameter]:
    found = [
        OpenApiParameter(
            each.name,
            {"type": "array", "items": {**each.schema, "examples": [each.example]}, "maxItems": 100},
            OpenApiParameter.QUERY,
            description=f"{each.description} May be repeated: any of the values is enough.",
            explode=True,
        )
        for each in options.filters
    ]
    if options.sorts:
        schema = {"type": "string", "enum": options.sorts}
        if not options.searched:
            schema["default"] = options.sorts[0]
        text = "The order; `-` is newest first. Without a value comes last, either way."
        if options.searched:
            text += " With `q`, `relevance` unless another is given; without, `-published_at`."
        found.append(OpenApiParameter("sort", schema, OpenApiParameter.QUERY, description=text))
    found.append(PAGE_SIZE_PARAMETER)
    if options.searched:
        found += _EXTRAS
    text = "Where a page begins, from `next` or `previous`; fits only the same address, filters and order."
    found.append(OpenApiParameter("cursor", str, OpenApiParameter.QUERY, description=text))
    return found
