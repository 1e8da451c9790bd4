"""The root, the OpenAPI document, the problem pages, and all other URLs under /api/."""

from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.urls import resolve, reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.problems import PROBLEMS
from api.schema.lists import ADDRESSES, ADDRESSES_OUTSIDE
from api.schema.operations import documented


class Root(Endpoint):
    @documented("get_root", "Start", "The URLs of all other resources.", "Root")
    def get(self, request: Request) -> HttpResponse:
        refuse_parameters(request)
        names = [*(f"api:{name}" for name in ADDRESSES), *ADDRESSES_OUTSIDE]
        addresses = {name.removeprefix("api:"): settings.SITE_URL + reverse(name) for name in names}
        # The proxy serves the server for assistants, which a local site doesn't have.
        mcp = None if settings.LOCAL else f"{settings.SITE_URL}/mcp"
        content = orjson.dumps({**addresses, "mcp": mcp, "license": settings.LICENSE_URL})
        return responses.respond(content)


@extend_schema(exclude=True)
class Top(Root):
    """The same response at /api/."""

    def get(self, request: Request) -> HttpResponse:
        response: HttpResponse = super().get(request)
        return response


@cache
def openapi() -> bytes:
    """Return the OpenAPI document, which is built once for each process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(schema)


class Schema(Endpoint):
    depends_on_log = False

    @documented("get_schema", "Start", "This OpenAPI document.", "OpenApi")
    def get(self, request: Request) -> HttpResponse:
        refuse_parameters(request)
        return responses.respond(openapi())


@extend_schema(exclude=True)
class ProblemPage(Endpoint):
    """The page that explains a problem, at the problem's `type`."""

    depends_on_log = False
    media_type = ""

    def get(self, request: Request, slug: str = "") -> HttpResponse:
        if not slug:
            text = "".join(f"{problem.status}  {problem.title}\n     {problem.url}\n" for problem in PROBLEMS.values())
        elif problem := PROBLEMS.get(slug):
            text = f"{problem.title}\n\nStatus {problem.status}\n\n{problem.meaning}\n\nWhat to do: {problem.advice}\n"
        else:
            raise Http404
        return responses.respond(text.encode(), "text/plain; charset=utf-8")


@extend_schema(exclude=True)
class Unknown(Endpoint):
    """All other URLs. If only the trailing slash is missing, the view redirects. Otherwise it sends a problem."""

    depends_on_log = False
    media_type = ""

    def get(self, request: Request, rest: str) -> HttpResponse:
        _require_with_slash(request)
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{request.path}/{'?' + query if query else ''}")

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Redirect with 308. After a 301, clients would repeat the request as GET (RFC 9110, section 15.4)."""
        _require_with_slash(request)
        return responses.redirect(request._request, f"{request.path}/")


def _require_with_slash(request: Request) -> None:
    """Raise Http404 unless the URL exists with a trailing slash."""
    known = resolve(f"{request.path_info}/").func  # every other URL resolves to `Unknown`
    if request.path_info.endswith("/") or getattr(known, "view_class", None) is Unknown:
        raise Http404
