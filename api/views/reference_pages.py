"""The API reference at /api/docs/: a page for each tag of the OpenAPI document, and one for all schemas.

The pages use the template of the site's pages. `/en/api/docs/` and `/vi/api/docs/` have the language in their URL.
"""

from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint
from api.schema.reference_pages import read_groups, read_schemas
from api.views.pages import openapi


@cache
def contents() -> dict[str, Any]:
    """Return the groups by slug, the schemas, and the details of the API. They are read once for each process."""
    document = orjson.loads(openapi())
    groups = read_groups(document, settings.SITE_URL)
    return {"groups": groups, "schemas": read_schemas(document), "info": document["info"]}


@extend_schema(exclude=True)
class ReferencePage(Endpoint):
    """A page of the API reference. It doesn't need a script."""

    depends_on_log = False
    media_type = ""

    def get(self, request: Request, slug: str = "") -> HttpResponse:
        context = contents() | {"slug": slug, "group": contents()["groups"].get(slug)}
        if slug and slug != "schemas" and not context["group"]:
            raise Http404
        name = f"reference_{slug if slug == 'schemas' else 'group'}" if slug else "reference"
        page = render(request._request, f"api/{name}.html", context)
        return responses.respond(page.content, "text/html; charset=utf-8")
