"""The hook that adds schemas of stored bodies, examples, a description and tags to drf-spectacular's document."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from api.schema.components import COMPONENTS
from api.schema.writing import SECURITY

Json = dict[str, Any]

FILE = Path(__file__).parent / "examples.json"  # recorded from real responses by tests/api/test_examples.py

DESCRIPTION = """\
Fact-checks in their publishers' words, which anybody can read and use. You don't need a key to read. You need a token
to write drafts.

Published content never changes. A correction is a new revision. You can read every revision, including the exact bytes
behind its digest in the public log. Errors are problem documents (RFC 9457).

The licence below is the licence of the published content. The software has a licence of its own, Apache-2.0.
"""
TAGS = [
    {"name": "Start"},
    {"name": "Reviews", "description": "Publishers' reviews of claims."},
    {"name": "Revisions", "description": "The revisions of a review, with their publication times."},
    {"name": "Claims", "description": "Claims and their reviews."},
    {"name": "Captures", "description": "Copies of sources and appearances that newsrooms show to readers."},
    {"name": "Matching", "description": "Has this been checked already?"},
    {"name": "Demands", "description": "Demands to change or remove a review, and their outcomes."},
    {
        "name": "Statistics",
        "description": "Totals and numbers of reviews. Nobody is scored: there are no numbers of verdicts by claimant.",
    },
    {"name": "References", "description": "Publishers, rating scales, claimants and topics of reviews."},
    {"name": "Corrections", "description": "Corrections and updates to reviews, with the reasons."},
    {"name": "Changes", "description": "All publications in the order in which they became public, for mirrors."},
    {"name": "Dumps", "description": "The whole record as JSON Lines, CSV and Parquet files."},
    {"name": "Drafts", "description": "Claims and review drafts from programs with a token."},
    {"name": "Messages", "description": "Messages from readers about claims to check and mistakes in reviews."},
    {"name": "Log", "description": "The public log of all publications, which anybody can verify (C2SP tlog-tiles)."},
]


def complete(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Complete the document. This is a hook for drf-spectacular's setting POSTPROCESSING_HOOKS."""
    result["components"] = {"schemas": dict(sorted(COMPONENTS.items())), "securitySchemes": SECURITY}
    result["info"]["description"] = DESCRIPTION
    result["info"]["license"] = {"name": "The licence of the published content", "url": settings.LICENSE_URL}
    operations = {each["operationId"]: each for path in result["paths"].values() for each in path.values()}
    for operation in operations.values():
        operation.pop("description", None)  # the view's docstring, which is for developers of this project
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
    add_examples(operations)
    result["servers"] = [{"url": "/"}]
    result["tags"] = TAGS
    return result


def add_examples(operations: dict[str, Json]) -> None:
    """Add each recorded exchange to its operation."""
    for number, recorded in enumerate(json.loads(FILE.read_text())):
        operation, request = operations[recorded["operation"]], recorded["request"]
        name = f"{recorded['operation']}_{number}"
        summary = f"{request['method']} {request['address']}"
        if "content" in request and recorded["status"] < 300:
            _add(operation["requestBody"]["content"]["application/json"], name, summary, request["content"])
        answer = operation["responses"][str(recorded["status"])]["content"][recorded["media_type"]]
        _add(answer, name, summary, recorded["content"])


def _add(content: Json, name: str, summary: str, value: Any) -> None:
    content.setdefault("examples", {})[name] = {"summary": summary, "value": value}
