"""Drafts, as programs send and receive them. The statements' models validate requests."""

from factcheck.record.statements.drafts import ClaimChanges, ClaimToLog, CopyToAdd, ReviewChanges, ReviewToDraft
from factcheck.record.statements.output import TIME, CopiedUrl, Output, SiteUrl, Uuid
from factcheck.record.statements.schema import Json, object_schema, request_schemas

_SENT = request_schemas(ClaimToLog, ClaimChanges, ReviewToDraft, ReviewChanges, CopyToAdd)
_ID: Json = {"type": "string", "format": "uuid"}
_TIME: Json = {"type": "string", "format": "date-time", "description": TIME}


DRAFTS: Json = {
    **_SENT,
    "ClaimDraft": object_schema(
        "A logged claim.", {"id": _ID, **_SENT["ClaimToLog"]["properties"], "logged_at": _TIME}
    ),
    "ReviewDraft": object_schema(
        "A review at the editors' desk, published or not.",
        {
            "id": _ID,
            "state": {"type": "string", "enum": ["draft", "submitted", "approved", "published", "withdrawn"]},
            **_SENT["ReviewToDraft"]["properties"],
            "created_at": _TIME,
            "changed_at": _TIME,
        },
    ),
}


class Written(Output):
    """The claim or review that was created or changed."""

    id: Uuid
    url: SiteUrl
    """The URL where this token can read the draft."""
    desk_url: SiteUrl
    """The draft's page at the desk."""


class Card(Output):
    """A source or an appearance in a draft of the token's account."""

    id: str
    url: CopiedUrl
    title: str
    claim: str
    """The claim, cut after 120 characters."""
    matches: bool
    """Whether this is another spelling of the parameter `url`."""
    copied: bool
    """Whether the newsroom has a copy."""


class CardList(Output):
    """Sources and appearances in the drafts of the token's account. Those that match come first."""

    results: list[Card]


class AddedCopy(Output):
    """The added copy."""

    id: Uuid
    url: SiteUrl
    """The copy's page at the desk."""
