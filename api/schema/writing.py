"""How a view that takes something in, or shows what is not public, describes itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api.schema.operations import ANYWHERE, PAGE_SIZE_PARAMETER, PROBLEM_TYPE, Decorator, ref

Json = dict[str, Any]

SECURITY: Json = {
    "token": {"type": "http", "scheme": "bearer", "description": "Made at the editors' desk, under “API tokens”."}
}
_PROBLEMS = {
    400: "A parameter is unknown, or the content is no JSON.",
    401: "No token that may be used.",
    403: "The token lacks the scope.",
    404: "This token has nothing at this address.",
    406: "`Accept` rules out JSON.",
    409: "It is no draft any more, or the same request is being carried out.",
    413: "The content is too large.",
    422: "The content cannot be taken, or the Idempotency-Key was used for another content.",
    **ANYWHERE,
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    description="Chosen by the client for this request. Sent again within 24 hours with the same content, the request"
    " is not carried out again and gets the first answer.",
)
LIST_PARAMETERS = (
    PAGE_SIZE_PARAMETER,
    OpenApiParameter(
        "after",
        {"type": "string", "format": "uuid"},
        OpenApiParameter.QUERY,
        description="The id after which the page begins; `next` has it.",
    ),
)


def described(
    operation_id: str,
    tag: str,
    summary: str,
    component: str,
    *,
    status: int = 200,
    asked: str | None = None,
    token: bool = True,
    besides: Sequence[int] = (),
    extra: Sequence[OpenApiParameter] = (),
    headers: Mapping[str, str] | None = None,
) -> Decorator:
    """`asked` is the component of the content. `besides` are statuses of problems that do not occur here."""
    left_out = {*besides, *(() if token else (401, 403)), *(() if asked else (409, 413, 422))}
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
                "Retry-After", int, OpenApiParameter.HEADER, description="Seconds to wait.", response=retry
            ),
        ],
        responses=answers,
        request={"application/json": ref(asked)} if asked else None,
        auth=[{"token": []}] if token else [],  # type: ignore[list-item]  # its hints know no OpenAPI here
    )
