"""JSON Schemas of drafts, as programs send and receive them. The statements' models validate requests."""

from typing import Any

from api.schema.bodies import TIME, URL, UUID, array_of, described, object_of
from api.schema.operations import ref
from factcheck.record.statements.drafts import ClaimChanges, ClaimToLog, ReviewChanges, ReviewToDraft
from factcheck.record.statements.schema import request_schemas

Json = dict[str, Any]

_SENT = request_schemas(ClaimToLog, ClaimChanges, ReviewToDraft, ReviewChanges)

DRAFTS: Json = {
    **_SENT,
    "Written": object_of(
        "The claim or review that was created or changed.",
        id=UUID,
        url=described(URL, "The URL where this token can read it."),
    ),
    "ClaimDraft": object_of("A logged claim.", id=UUID, **_SENT["ClaimToLog"]["properties"], logged_at=TIME),
    "ReviewDraft": object_of(
        "A review at the editors' desk, published or not.",
        id=UUID,
        state={"type": "string", "enum": ["draft", "submitted", "approved", "published", "withdrawn"]},
        **_SENT["ReviewToDraft"]["properties"],
        created_at=TIME,
        changed_at=TIME,
    ),
    **{
        f"{name}List": object_of(
            "A page of the list, newest first.",
            next={"type": ["string", "null"], "format": "uri", "description": "The next page."},
            results=array_of(ref(name)),
        )
        for name in ("ClaimDraft", "ReviewDraft")
    },
}
