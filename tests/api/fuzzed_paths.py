"""An OpenAPI document of what has none of its own: Google's addresses (docs/reference/google.md) and the readers' pages.

It says which statuses and media types each may answer with. These addresses take what the API refuses, such as an
unknown parameter, so nothing is said about what is accepted. Google's other addresses answer 501 to everything.
"""

from typing import Any

Json = dict[str, Any]


def _parameters(*names: str, **schemas: Json) -> list[Json]:
    texts: dict[str, Json] = {name: {"type": "string", "maxLength": 300} for name in names}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in (texts | schemas).items()]


def _answers(media: str, *statuses: int) -> Json:
    return {str(status): {"description": "-", "content": {media: {}}} for status in statuses}


_NUMBER: Json = {"type": "integer"}
_GOOGLE: Json = {str(status): {"description": "-", "content": {"application/json": {}}} for status in (200, 400)}
_MESSAGE: Json = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("text", "url", "contact", "language")},
}
_FORM: Json = {
    "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _MESSAGE}}},
    "responses": _answers("text/html", 400, 404, 413, 422, 429) | {"302": {"description": "-"}},
}
_REVIEW: Json = {"name": "review_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}

DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Google's addresses and the readers' pages", "version": "1"},
    "paths": {
        "/v1alpha1/claims:search": {
            "get": {
                "parameters": _parameters(
                    "query", "languageCode", "reviewPublisherSiteFilter", "pageToken", "fields", "alt", "key",
                    maxAgeDays=_NUMBER, pageSize=_NUMBER, offset=_NUMBER,
                ),
                "responses": _GOOGLE,
            }
        },
        "/$discovery/rest": {"get": {"parameters": _parameters("version"), "responses": _GOOGLE}},
        "/en/search/": {"get": {"parameters": _parameters("q"), "responses": _answers("text/html", 200, 400)}},
        "/en/tips/": {"get": {"parameters": _parameters("text"), "responses": _answers("text/html", 200)}, "post": _FORM},
        "/en/reviews/{review_id}/report/": {"post": {"parameters": [_REVIEW], **_FORM}},
    },
}  # fmt: skip
CHECKS: Json = {"positive_data_acceptance": {"enabled": False}, "negative_data_rejection": {"enabled": False}}
