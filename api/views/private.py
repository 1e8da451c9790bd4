"""The base of views whose responses are for one client only: without a licence, an ETag or caching."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from api.http.endpoint import Endpoint, refuse_parameters
from api.http.request_bodies import JsonContent, read_content, read_json
from api.schema.writing import PrivateSchema


class PrivateView(Endpoint, GenericViewSet[Any]):
    """The base view. The API's schema is derived from `tag`, `components` and the serializer's statements."""

    http_method_names = ["delete", "get", "head", "options", "patch", "post"]
    depends_on_log = False
    parser_classes = [JsonContent]
    schema = PrivateSchema()
    tag: ClassVar[str]
    components: ClassVar[dict[str, str]]  # of the responses, by action (default: `Written`)
    max_content: ClassVar[int]  # bytes

    dispatch = APIView.dispatch

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.check_permissions(request)
        if self.action != "list":
            refuse_parameters(request)
        if self.action in ("create", "partial_update") and not int(request._request.headers.get("Content-Length") or 0):
            read_json(read_content(request._request, 0))  # Django REST framework would treat it as an empty object

    def finalize_response(  # type: ignore[override]
        self, request: Request | HttpRequest, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        rendered = APIView.finalize_response(self, request, response, *args, **kwargs)  # type: ignore[arg-type]
        finished = super().finalize_response(request, rendered, *args, **kwargs)
        del finished.headers["Link"]  # the header names the licence of published content
        finished.headers["Cache-Control"] = "no-store"
        patch_vary_headers(finished, ["Authorization"])
        return finished
