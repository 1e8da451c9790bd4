"""JSON Schemas of responses that the API builds itself: lists, revision metadata, problems and the root."""

from typing import Any

from api.schema.bodies import (
    CHANGE_CLASS,
    DIGEST,
    INTEGER,
    INTEGER_OR_NULL,
    NOTE,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    URL,
    URL_OR_NULL,
    UUID,
    array_of,
    described,
    object_of,
)
from api.schema.operations import ref

Json = dict[str, Any]

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


def page_of(component: str) -> Json:
    """Return the schema of a page of a list. Extra information belongs in `meta`, never in a result."""
    return object_of(
        "A page of a list.",
        results=array_of(ref(component)),
        next=described(URL_OR_NULL, "The next page."),
        previous=described(URL_OR_NULL, "The previous page."),
    )


def searched_page_of(component: str) -> Json:
    page = page_of(component)
    return {**page, "properties": {**page["properties"], "meta": ref("Meta")}}


_EXACT: Json = described({"type": "boolean"}, "False if counting took too long. The numbers are then lower bounds.")
META: Json = {
    "type": "object",
    "description": "Sent if you search for words or request extra information.",
    "properties": {
        "relaxed": described(
            {"type": "boolean"},
            "True if no result contains all the words. The results then contain some words or have a similar meaning.",
        ),
        "found_by": described(
            {
                "type": "object",
                "additionalProperties": {"type": "string", "enum": ["words", "some words", "meaning"]},
            },
            "How each result was found, by the result's id. Sent if some results don't contain all the words.",
        ),
        "explanation": described(
            TEXT, "Why no results were added by meaning. Sent if few results contain all the words."
        ),
        "complete": described(
            {"type": "boolean"}, "False if the search ran out of time before it had read all candidates."
        ),
        "did_you_mean": described(
            TEXT_OR_NULL, "A corrected query that has results, if some of your words don't occur anywhere."
        ),
        "count": object_of(
            "Sent with `count=true`.",
            value=described(INTEGER_OR_NULL, "Null if there was no time even for the first 10,000 rows."),
            exact=_EXACT,
        ),
        "facets": {
            "type": "object",
            "description": "Sent with `facets`: the 50 most frequent values of each facet.",
            "additionalProperties": object_of(
                "A facet.", values=array_of(object_of("A value.", value=TEXT, count=INTEGER)), exact=_EXACT
            ),
        },
        "highlights": {
            "type": "object",
            "description": "Sent with `highlight=true`. Contains texts for each result's id, as escaped HTML with the"
            " words in `<mark>`.",
            "additionalProperties": {"type": "object", "additionalProperties": TEXT},
        },
    },
}

REVISION: Json = {
    "number": INTEGER,
    "kind": {"type": "string", "enum": ["original", "update", "correction", "withdrawal", "reinstatement", "erasure"]},
    "class": CHANGE_CLASS,
    "note": NOTE,
    "at": TIME,
    "sequence": described(INTEGER, "The entry's index in the public log."),
    "digest": DIGEST,
    "url": URL,
    "document_url": described(URL_OR_NULL, "Null if the document was erased."),
    "proof_url": described(
        URL, "The file `proof.json`, which proves without a network that the log contains this text."
    ),
}

ENTRY: Json = {
    "sequence": described(INTEGER, "The entry's index in the log."),
    "at": TIME,
    "kind": described(
        TEXT,
        "`review.original`, `review.update`, …, `demand.published`, `claim.merge`, `key.rotation`. Others may follow.",
    ),
    "subject": described(UUID, "The review, demand or claim that the entry is about."),
    "number": described(INTEGER, "The revision's number within the subject."),
    "digest": DIGEST,
}

LISTS: Json = {
    "Meta": META,
    **{f"{name}List": searched_page_of(name) for name in ("Review", "Claim")},
    **{
        f"{name}List": page_of(name)
        for name in (
            "Revision",
            "Demand",
            "DemandRevision",
        )
    },
    "Revision": object_of("An entry about a review.", **REVISION),
    "RevisionWithReview": object_of(
        "An entry about a review, with the review as of that entry.",
        **REVISION,
        review=ref("ReviewOrTombstone"),
    ),
    "TranslationList": object_of(
        "The live translations of a review.",
        newest_revision=described(INTEGER, "The number of the review's newest revision with a new text."),
        results=array_of(ref("TranslationOfReview")),
    ),
    "TranslationOfReview": object_of(
        "A translation of a review. The translation is a review too.",
        id=UUID,
        language=described(TEXT, "The language of the translation (BCP 47)."),
        headline=TEXT_OR_NULL,
        url=described(URL, "The translation's page."),
        translated_revision=described(INTEGER, "The revision of the review that the translation translates."),
        is_behind=described({"type": "boolean"}, "Whether the review has a newer revision than the translated one."),
    ),
    "CorrectionList": page_of("CorrectionOfReview"),
    "ChangeList": object_of(
        "A page of the changes feed.",
        results=array_of(ref("Change")),
        next=described(URL, "The next URL to request. Never null, because more entries can follow."),
    ),
    "Change": object_of(
        "An entry of the log.",
        **ENTRY,
        body=described(
            {"type": ["object", "null"]},
            "The current content at the subject's URL. Null if there is a later entry about the same subject.",
        ),
    ),
    "Root": object_of(
        "The URLs of all other resources.",
        **dict.fromkeys((*ADDRESSES, *ADDRESSES_OUTSIDE), URL),
        mcp=described(URL_OR_NULL, "The server for AI assistants (MCP). Null on a local site."),
        license=described(URL, "The licence of published content."),
    ),
    "OpenApi": {"type": "object", "description": "OpenAPI 3.1.", "required": ["openapi", "info", "paths"]},
    "Problem": {
        **object_of(
            "An error (RFC 9457).",
            type=described(URL, "The URL of a page that explains this kind of problem."),
            title=described(TEXT, "A short name for this kind of problem."),
            status=described(INTEGER, "The HTTP status."),
            detail=described(TEXT, "The error, its cause and what you can do."),
            instance=described(TEXT, "The path of the request."),
        )
    },
}
LISTS["Problem"]["properties"]["code"] = described(
    TEXT, "Why the newsroom's rules refuse the request, for a program. For example, `wrong_state`."
)
LISTS["Problem"]["properties"]["notice"] = ref("ErasureNotice")
LISTS["Problem"]["properties"]["errors"] = array_of(
    {
        "type": "object",
        "description": "An error in one parameter, or at one position in the content.",
        "required": ["detail"],
        "properties": {
            "parameter": described(TEXT, "The name of the invalid parameter."),
            "pointer": described(
                TEXT,
                "The position in the content, as a JSON pointer in a URL fragment. For example, `#/sources/0/url`.",
            ),
            "detail": TEXT,
        },
    },
    description="Sent for invalid parameters and invalid content.",
)
