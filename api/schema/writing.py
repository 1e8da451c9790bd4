"""Descriptions of views that accept content or show private content. The descriptions are derived from the views."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.schema.operations import ANYWHERE, CONTENT_PROBLEMS, PROBLEM_TYPE, header, ref

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
_OF_DELETION = {400: "A parameter is unknown.", 409: "The draft can't be deleted."}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    description="Your own key for this request. If you repeat the request with the same content within 24 hours, it"
    " isn't carried out twice. You get the first response again.",
)


class PrivateSchema(AutoSchema):
    """The description of a `PrivateView`."""

    view: Any

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_auth(self) -> list[Json]:
        return [{"token": []}] if self.view.authentication_classes else []

    def get_request_serializer(self) -> Any:
        if self.method in ("GET", "DELETE"):
            return None
        serializer = self.view.serializer_class
        statement = serializer.changes if self.method == "PATCH" else serializer.statement
        return {"application/json": ref(statement.__name__)}

    def get_override_parameters(self) -> list[Any]:
        status, problems = self._statuses()
        waits = {429, 503} if status == 204 else {409, 429, 503}
        headers = [header("Retry-After", "The number of seconds to wait.", waits & problems.keys(), int)]
        if status == 201:
            headers.append(header("Location", "The URL of what was created.", {201}))
        if self.view.action == "list":
            headers += self.view.list_parameters
        return [*headers, IDEMPOTENCY_KEY] if 409 in problems and status != 204 else headers

    def get_response_serializers(self) -> Any:
        status, problems = self._statuses()
        component = ref(self.view.components.get(self.view.action, "Written"))
        success = OpenApiResponse(component, description="OK")
        return {
            (status, "application/json"): OpenApiResponse(description="Deleted.") if status == 204 else success,
            **{(code, PROBLEM_TYPE): OpenApiResponse(ref("Problem"), description=problems[code]) for code in problems},
        }

    def _statuses(self) -> tuple[int, dict[int, str]]:
        """Return the status of success, and the descriptions of problems by status."""
        with_token, with_content = bool(self.view.authentication_classes), self.method in ("PATCH", "POST")
        never = set() if with_token else {401, 403, 409}
        never |= set() if with_content else set(CONTENT_PROBLEMS)
        never |= {409} if self.method == "GET" else set()
        never |= set() if "{" in self.path else {404}
        texts = _PROBLEMS | (_OF_DELETION if self.method == "DELETE" else {})
        problems = {code: text for code, text in texts.items() if code not in never}
        return {"POST": 201, "DELETE": 204}.get(self.method, 200), problems

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # the components describe whole responses
