"""What drf-spectacular cannot see: schemas of the stored bodies, examples, what belongs to the document as a whole."""

from typing import Any

from api.schema.components import COMPONENTS
from api.schema.examples import add_examples
from api.schema.writing import SECURITY

Json = dict[str, Any]

DESCRIPTION = """\
Fact-checks as their publishers published them, for anybody to read and use. Reading needs no key; drafts are written
with a token.

What is published never changes: a review is corrected by a new revision, and every revision stays readable, down to
the bytes that the public log's digest is of. Errors are problem documents (RFC 9457).
"""
TAGS = [
    {"name": "Start"},
    {"name": "Reviews", "description": "What a publisher says of a claim."},
    {"name": "Revisions", "description": "What was published at a review's address, and when."},
    {"name": "Claims", "description": "What was said, with the reviews of it."},
    {"name": "Matching", "description": "Has this been checked already?"},
    {"name": "Demands", "description": "Who demanded that a review be changed or removed, and what came of it."},
    {"name": "References", "description": "What reviews refer to: publishers, rating scales, claimants, topics."},
    {"name": "Corrections", "description": "What publishers had to correct, and why."},
    {"name": "Changes", "description": "Everything in the order in which it became public, for mirrors."},
    {"name": "Dumps", "description": "Everything at once, as files: JSON Lines, CSV and Parquet."},
    {"name": "Drafts", "description": "Claims and drafts of reviews by program, with a token of a newsroom's member."},
    {"name": "Messages", "description": "What anybody may send in: a claim to check, a mistake in a review."},
    {"name": "Log", "description": "What was published when, in a form that anybody can check (C2SP tlog-tiles)."},
]


def complete(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """A POSTPROCESSING_HOOK."""
    result["components"] = {"schemas": dict(sorted(COMPONENTS.items())), "securitySchemes": SECURITY}
    result["info"]["description"] = DESCRIPTION
    result["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    operations = {each["operationId"]: each for path in result["paths"].values() for each in path.values()}
    for operation in operations.values():
        operation.pop("description", None)  # the view's docstring, written for whoever reads the code
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
    add_examples(operations)
    result["servers"] = [{"url": "/"}]
    result["tags"] = TAGS
    return result
