"""The discovery document of the API, from which Google's clients build their methods.

It describes only the methods that this site has, with the URLs of this site.
"""

from typing import Any

import orjson

from api.google.output import COMMON
from api.google.parameters import IMAGE_SEARCH, SEARCH
from api.google.schemas import SCHEMAS
from factcheck import __version__

NAME, VERSION = "factchecktools", "v1alpha1"

Json = dict[str, Any]


def discovery_document(site: str) -> bytes:
    """Return the document for the site's URL, as JSON."""
    methods = {
        "search": _method("search", "Searches claims that have been reviewed.", SEARCH, "SearchResponse"),
        "imageSearch": _method(
            "imageSearch", "Searches claims with a similar picture.", IMAGE_SEARCH, "ImageSearchResponse"
        ),
    }
    document = {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"{NAME}:{VERSION}",
        "name": NAME,
        "version": VERSION,
        "revision": __version__,
        "title": "Fact Check Tools API",
        "description": "Published fact-checks, for clients of Google's Fact Check Tools API.",
        "documentationLink": f"{site}/docs/reference/google/",
        "protocol": "rest",
        "rootUrl": f"{site}/",
        "baseUrl": f"{site}/",
        "basePath": "",
        "servicePath": "",
        "batchPath": "batch",
        "parameters": _in_query(COMMON),
        "schemas": {
            name: {"id": name, "type": "object", "properties": properties} for name, properties in SCHEMAS.items()
        },
        "resources": {"claims": {"methods": methods}},
    }
    return orjson.dumps(document)


def _method(name: str, description: str, parameters: dict[str, Json], response: str) -> Json:
    return {
        "id": f"{NAME}.claims.{name}",
        "path": f"{VERSION}/claims:{name}",
        "flatPath": f"{VERSION}/claims:{name}",
        "httpMethod": "GET",
        "description": description,
        "parameters": _in_query(parameters),
        "parameterOrder": [],
        "response": {"$ref": response},
    }


def _in_query(parameters: dict[str, Json]) -> Json:
    return {name: {"location": "query", **each} for name, each in parameters.items()}
