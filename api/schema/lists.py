"""Responses that the API builds itself: lists, revisions, problems and the root."""

from typing import Annotated, Any

import orjson
from pydantic import create_model

from api.lists.meta import ListPage, SearchedPage
from factcheck.record.log.models import ChangeClass
from factcheck.record.readmodel import bodies
from factcheck.record.statements.output import Digest, Output, SiteUrl, Time, Uuid, named, one_of, stored
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


def page_of(component: str, name: str = "", model: type[ListPage] = ListPage) -> type[ListPage]:
    """Return the model of a page with results of this component."""
    results = list[Annotated[Any, stored(component)]]
    return create_model(name or f"{component}List", __base__=model, __doc__=model.__doc__, results=(results, ...))


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
    disowned_by: int | None
    """The entry that says why the newsroom doesn't vouch for this revision, or null. `/log/documents/` has its text."""
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


PAGES = [
    *(page_of(name, model=SearchedPage) for name in ("Review", "Claim")),
    *map(page_of, ("Revision", "Demand", "DemandRevision", "Publisher", "Claimant", "Topic", "RatingScale")),
    page_of("ClaimDraft"), page_of("ReviewDraft"), page_of("CorrectionOfReview", "CorrectionList"),
]  # fmt: skip
LISTS: Json = {
    "Root": object_schema(
        "The URLs of all other resources.",
        {
            **{name: {"type": "string", "format": "uri"} for name in (*ADDRESSES, *ADDRESSES_OUTSIDE)},
            "mcp": {
                "type": ["string", "null"],
                "format": "uri",
                "description": "The server for AI assistants (MCP). Null on a local site.",
            },
            "license": {"type": "string", "format": "uri", "description": "The licence of published content."},
        },
    ),
    "OpenApi": {"type": "object", "description": "OpenAPI 3.1.", "required": ["openapi", "info", "paths"]},
}
