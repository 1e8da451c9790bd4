"""Responses that the API builds itself: lists, revisions, problems and the root."""

from typing import Annotated

import orjson

from api.schema.operations import ref
from factcheck.record.log.models import ChangeClass
from factcheck.record.readmodel import bodies
from factcheck.record.statements.output import (
    Digest,
    Output,
    SiteUrl,
    Time,
    Uuid,
    named,
    one_of,
    stored,
)
from factcheck.record.statements.schema import Json, object_schema

# The links in the root, named like the URL patterns: first within the API, then in the rest of the site.
ADDRESSES = (
    "claims", "reviews", "match", "corrections", "changes", "demands", "publishers", "rating-scales", "claimants",
    "topics", "stats", "dumps", "log-checkpoint", "log-key", "tips", "correction-requests", "draft-claims",
    "draft-reviews", "schema", "docs",
)  # fmt: skip
ADDRESSES_OUTSIDE = (
    *(f"{feed}-{kind}" for feed in ("reviews", "corrections") for kind in ("atom", "rss", "json")),
    "claimreview-feed", "google-claims-search", "google-discovery",
)  # fmt: skip


_LINK: Json = {"type": ["string", "null"], "format": "uri"}


def page_of(component: str) -> Json:
    """Return the schema of a page of a list. Extra information belongs in `meta`, never in a result."""
    return object_schema(
        "A page of a list.",
        {
            "results": {"type": "array", "items": ref(component)},
            "next": {**_LINK, "description": "The next page."},
            "previous": {**_LINK, "description": "The previous page."},
        },
    )


def searched_page_of(component: str) -> Json:
    page = page_of(component)
    return {**page, "properties": {**page["properties"], "meta": ref("Meta")}}


class Revision(Output):
    """An entry about a review."""

    number: int
    kind: Annotated[str, one_of(["original", "update", "correction", "withdrawal", "reinstatement", "erasure"])]
    class_: Annotated[str, one_of(ChangeClass.values)] | None = named("class")
    note: str | None
    """The publisher's public note about the change."""
    at: Time
    sequence: int
    """The entry's index in the public log."""
    digest: Digest
    url: SiteUrl
    document_url: SiteUrl | None
    """Null if the document was erased."""
    proof_url: SiteUrl
    """The file `proof.json`, which proves without a network that the log contains this text."""


class RevisionWithReview(Revision):
    """An entry about a review, with the review as of that entry."""

    review: Annotated[orjson.Fragment, stored("ReviewOrTombstone")]


class DemandRevision(Revision):
    """An entry about a demand."""

    kind: Annotated[str, one_of(["published", "updated"])]
    class_: None = named("class")
    note: str | None
    """A note about the change. Null for the first revision."""
    document_url: SiteUrl


class RevisionWithDemand(DemandRevision):
    """An entry about a demand, with the demand as of that entry."""

    demand: Annotated[orjson.Fragment, stored("Demand")]


class TranslationOfReview(Output):
    """A translation of a review. The translation is a review too."""

    id: Uuid
    language: str
    """The language of the translation (BCP 47)."""
    headline: str | None
    url: SiteUrl
    """The translation's page."""
    translated_revision: int
    """The revision of the review that the translation translates."""
    is_behind: bool
    """Whether the review has a newer revision than the translated one."""


class TranslationList(Output):
    """The live translations of a review."""

    newest_revision: int
    """The number of the review's newest revision with a new text."""
    results: list[TranslationOfReview]


class ChangeList(Output):
    """A page of the changes feed."""

    results: list[bodies.Change]
    next: SiteUrl
    """The next URL to request. Never null, because more entries can follow."""


LISTS: Json = {
    **{f"{name}List": searched_page_of(name) for name in ("Review", "Claim")},
    **{f"{name}List": page_of(name) for name in ("Revision", "Demand", "DemandRevision")},
    "CorrectionList": page_of("CorrectionOfReview"),
    "Root": object_schema(
        "The URLs of all other resources.",
        {
            **{name: {"type": "string", "format": "uri"} for name in (*ADDRESSES, *ADDRESSES_OUTSIDE)},
            "mcp": {**_LINK, "description": "The server for AI assistants (MCP). Null on a local site."},
            "license": {"type": "string", "format": "uri", "description": "The licence of published content."},
        },
    ),
    "OpenApi": {"type": "object", "description": "OpenAPI 3.1.", "required": ["openapi", "info", "paths"]},
}
