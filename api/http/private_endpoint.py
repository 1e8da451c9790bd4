"""The base view of endpoints whose responses are for one client only: without a licence, an ETag or caching."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request

from api.http.endpoint import Endpoint


class PrivateEndpoint(Endpoint):
    """The base view, with GET, HEAD, OPTIONS and the methods that a subclass adds."""

    depends_on_log = False

    def finalize_response(  # type: ignore[override]
        self, request: Request | HttpRequest, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        finished = super().finalize_response(request, response, *args, **kwargs)
        del finished.headers["Link"]  # the header names the licence of published content
        finished.headers["Cache-Control"] = "no-store"
        patch_vary_headers(finished, ["Authorization"])
        return finished


def answer(content: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Return a JSON response. Underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(orjson.dumps(content), content_type="application/json", status=status, headers=named)
