"""JSON Schema of drafts, as programs send and receive them. Requests are validated by the statements' models."""

from typing import Any

from api.schema.bodies import MOMENT, URL, UUID, about, keys, listed
from api.schema.operations import ref
from factcheck.record.statements.drafts import ClaimChanges, ClaimToLog, ReviewChanges, ReviewToDraft
from factcheck.record.statements.schema import sent

Json = dict[str, Any]

_SENT = sent(ClaimToLog, ClaimChanges, ReviewToDraft, ReviewChanges)

DRAFTS: Json = {
    **_SENT,
    "Written": keys(
        "The claim or review that was made or changed.", id=UUID, url=about(URL, "Its URL for this token.")
    ),
    "ClaimDraft": keys("A logged claim.", id=UUID, **_SENT["ClaimToLog"]["properties"], logged_at=MOMENT),
    "ReviewDraft": keys(
        "A review at the editors' desk, published or not.",
        id=UUID,
        state={"type": "string", "enum": ["draft", "submitted", "approved", "published", "withdrawn"]},
        **_SENT["ReviewToDraft"]["properties"],
        created_at=MOMENT,
        changed_at=MOMENT,
    ),
    **{
        f"{name}List": keys(
            "A page, newest first.",
            next={"type": ["string", "null"], "format": "uri", "description": "The page after this one."},
            results=listed(ref(name)),
        )
        for name in ("ClaimDraft", "ReviewDraft")
    },
}
