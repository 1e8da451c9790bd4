"""Descriptions of views that accept content or show private content."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api.schema.operations import ANYWHERE, CONTENT_PROBLEMS, PAGE_SIZE_PARAMETER, PROBLEM_TYPE, Decorator, ref

Json = dict[str, Any]

SECURITY: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Create a token at the editors' desk, under “API tokens”.",
    }
}
_PROBLEMS = {
    400: "A parameter is unknown, or the content isn't JSON.",
    401: "The token is missing or invalid.",
    403: "The token doesn't have the required scope.",
    404: "The token doesn't give access to anything at this URL.",
    406: "`Accept` excludes JSON.",
    409: "The review is no longer a draft, or the same request is still running.",
    **CONTENT_PROBLEMS,
    422: "The content is invalid, or the Idempotency-Key was used for other content.",
    **ANYWHERE,
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    description="Your own key for this request. If you repeat the request with the same content within 24 hours, it"
    " isn't carried out twice. You get the first response again.",
)
LIST_PARAMETERS = (
    PAGE_SIZE_PARAMETER,
    OpenApiParameter(
        "after",
        {"type": "string", "format": "uuid"},
        OpenApiParameter.QUERY,
        description="The page begins after the draft with this id. `next` already contains the parameter.",
    ),
)


def documented_private(
    operation_id: str,
    tag: str,
    summary: str,
    component: str,
    *,
    status: int = 200,
    body: str | None = None,
    token: bool = True,
    never: Sequence[int] = (),
    extra: Sequence[OpenApiParameter] = (),
    headers: Mapping[str, str] | None = None,
) -> Decorator:
    """Describe a view. `body` is the component of the content. `never` lists statuses that it never returns."""
    left_out = {*never, *(() if token else (401, 403)), *(() if body else (409, *CONTENT_PROBLEMS))}
    answers: dict[Any, OpenApiResponse] = {
        (status, "application/json"): OpenApiResponse(ref(component), description="OK"),
        **{
            (code, PROBLEM_TYPE): OpenApiResponse(ref("Problem"), description=text)
            for code, text in _PROBLEMS.items()
            if code not in left_out
        },
    }
    retry = [code for code in (409, 429, 503) if code not in left_out]
    return extend_schema(
        operation_id=operation_id,
        tags=[tag],
        summary=summary,
        description="",
        parameters=[
            *extra,
            *(
                OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text, response=[status])
                for name, text in (headers or {}).items()
            ),
            OpenApiParameter(
                "Retry-After",
                int,
                OpenApiParameter.HEADER,
                description="The number of seconds to wait.",
                response=retry,
            ),
        ],
        responses=answers,
        request={"application/json": ref(body)} if body else None,
        auth=[{"token": []}] if token else [],  # type: ignore[list-item]  # its type hints don't cover OpenAPI objects
    )
