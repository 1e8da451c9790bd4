"""The API reference at /api/docs/: a page for each tag of the OpenAPI document, and one for all schemas."""

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
from api.schema.reference_pages import Group, Schema, read_groups, read_schemas
from api.views.pages import openapi
from factcheck.record.formats.markdown import to_html

SCHEMAS = "schemas"


@cache
def contents() -> tuple[dict[str, Group], list[Schema], dict[str, Any]]:
    """Return the groups by slug, the schemas, and the details of the API. They are read once for each process."""
    document = orjson.loads(openapi())
    groups = {group.slug: group for group in read_groups(document, settings.SITE_URL)}
    return groups, read_schemas(document), document["info"]


@extend_schema(exclude=True)
class ReferencePage(Endpoint):
    """A page of the API reference. It doesn't need a script."""

    depends_on_log = False
    media_type = ""

    def get(self, request: Request, slug: str = "") -> HttpResponse:
        groups, schemas, info = contents()
        context: dict[str, Any] = {"groups": groups.values(), "slug": slug}
        if not slug:
            name = "api/reference.html"
            context |= {"description": to_html(info["description"]), "license": info["license"]}
        elif slug == SCHEMAS:
            name, context["schemas"] = "api/reference_schemas.html", schemas
        elif slug in groups:
            name, context["group"] = "api/reference_group.html", groups[slug]
        else:
            raise Http404
        page = render(request._request, name, context)
        return responses.respond(page.content, "text/html; charset=utf-8")
