"""The view of addresses that are nobody's business but the caller's: no licence, no entity tag, kept by no cache."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request

from api.http.endpoint import Endpoint


class PrivateEndpoint(Endpoint):
    """GET, HEAD, OPTIONS and what a subclass adds."""

    asks_for_head = False

    def finalize_response(  # type: ignore[override]
        self, request: Request | HttpRequest, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        asked: Any = getattr(request, "_request", request)
        asked.log_head = None  # nothing here goes by the log
        finished = super().finalize_response(request, response, *args, **kwargs)
        del finished.headers["Link"]  # the licence of what is published
        finished.headers["Cache-Control"] = "no-store"
        patch_vary_headers(finished, ["Authorization"])
        return finished


def answer(content: Any, status: int = 200, **headers: str) -> HttpResponse:
    """JSON; underscores of the headers' names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(orjson.dumps(content), content_type="application/json", status=status, headers=named)
