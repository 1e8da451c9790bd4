"""JSON Schema of what the API makes itself: lists, metadata of revisions, problems, the root."""

from typing import Any

from api.http.values import WORDS
from api.schema.bodies import (
    CHANGE_CLASS,
    DIGEST,
    INTEGER,
    INTEGER_OR_NULL,
    LABELS,
    MOMENT,
    NOTE,
    TEXT,
    TEXT_OR_NULL,
    URL,
    URL_OR_NULL,
    UUID,
    about,
    keys,
    listed,
)
from api.schema.operations import ref
from factcheck.record.formats.questions import MAX_QUESTION, MAX_SENT

Json = dict[str, Any]

# No control characters, and not white space alone. JSON Schema counts characters as they are sent.
QUESTION: Json = {
    "type": "string",
    "pattern": f"^{WORDS}$",
    "maxLength": MAX_SENT,
    "description": f"At most {MAX_QUESTION:,} characters in NFC.",
}
# What the root leads to, by the names of the addresses.
ADDRESSES = (
    "claims", "reviews", "match", "corrections", "changes", "demands", "publishers", "rating-scales", "claimants",
    "topics", "dumps", "schema", "docs",
)  # fmt: skip
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}


def page_of(component: str) -> Json:
    """Extras, when there are some, stand in `meta` and never in a result."""
    return keys(
        "A page of a list.",
        results=listed(ref(component)),
        next=about(URL_OR_NULL, "The page that follows."),
        previous=about(URL_OR_NULL, "The page before."),
    )


def searched_page_of(component: str) -> Json:
    page = page_of(component)
    return {**page, "properties": {**page["properties"], "meta": ref("Meta")}}


_EXACT: Json = about({"type": "boolean"}, "False when there are more than 10,000, or when counting took too long.")
META: Json = {
    "type": "object",
    "description": "Beside the results, when words are searched for or something was asked for.",
    "properties": {
        "relaxed": about({"type": "boolean"}, "Nothing has all the words: the results have nearly all or some."),
        "complete": about({"type": "boolean"}, "False when the time of a search was up before everything was read."),
        "did_you_mean": about(TEXT_OR_NULL, "A corrected query with results, when words of this one stand nowhere."),
        "count": keys(
            "With `count=true`.",
            value=about(INTEGER_OR_NULL, "10,000 at most. Null: counting took too long."),
            exact=_EXACT,
        ),
        "facets": {
            "type": "object",
            "description": "With `facets`: by facet its 50 most frequent values, of 10,000 results at most.",
            "additionalProperties": keys(
                "A facet.", values=listed(keys("A value.", value=TEXT, count=INTEGER)), exact=_EXACT
            ),
        },
        "highlights": {
            "type": "object",
            "description": "With `highlight=true`: by id of a result the texts with the words (`claim`, `merged`,"
            " `headline`, `summary`, `claimant`, `body`), shortened, as HTML: the words in `<mark>`, all else escaped.",
            "additionalProperties": {"type": "object", "additionalProperties": TEXT},
        },
    },
}

REVISION: Json = {
    "number": INTEGER,
    "kind": {"type": "string", "enum": ["original", "update", "correction", "withdrawal", "reinstatement", "erasure"]},
    "class": CHANGE_CLASS,
    "note": NOTE,
    "at": MOMENT,
    "sequence": about(INTEGER, "The entry's index in the public log."),
    "digest": DIGEST,
    "url": URL,
    "document_url": about(URL_OR_NULL, "Null when the document was erased."),
    "proof_url": about(URL, "A proof that the entry is in the public log."),
}

ENTRY: Json = {
    "sequence": about(INTEGER, "The entry's index in the log."),
    "at": MOMENT,
    "kind": about(
        TEXT, "`review.original`, `review.update`, …, `demand.published`, `claim.merge`, `key.rotation`; more may come."
    ),
    "subject": about(UUID, "What it is about."),
    "number": about(INTEGER, "The revision's number within the subject."),
    "digest": DIGEST,
}

LISTS: Json = {
    "Meta": META,
    **{f"{name}List": searched_page_of(name) for name in ("Review", "Claim")},
    **{
        f"{name}List": page_of(name)
        for name in (
            "Revision",
            "Publisher",
            "Claimant",
            "Topic",
            "RatingScale",
            "Demand",
            "DemandRevision",
        )
    },
    "Revision": keys("An entry about a review.", **REVISION),
    "RevisionWithReview": keys(
        "An entry about a review, and the review as it was published then.",
        **REVISION,
        review=ref("ReviewOrTombstone"),
    ),
    "RatingScale": keys(
        "A rating scale and those of its verdicts that live reviews give.",
        slug=TEXT,
        best=INTEGER_OR_NULL,
        worst=INTEGER_OR_NULL,
        verdicts=listed(keys("A verdict.", slug=TEXT, value=INTEGER_OR_NULL, labels=LABELS)),
    ),
    "CorrectionList": page_of("CorrectionOfReview"),
    "ChangeList": keys(
        "A page of the feed of changes.",
        results=listed(ref("Change")),
        next=about(URL, "What to ask for next; always there, since more will come."),
    ),
    "Change": keys(
        "An entry of the log.",
        **ENTRY,
        body=about(
            {"type": ["object", "null"]},
            "What stands at the subject's address now, if this entry is the newest about it: the review, the tombstone,"
            " the notice of an erasure, the demand; of a claim the merge or split. Null when a later entry has it, and"
            " for `key.rotation`.",
        ),
    ),
    "Question": {
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": QUESTION,
            "limit": {"type": "integer", "minimum": 1, "maximum": 20, "default": 10},
        },
        "additionalProperties": False,
    },
    "Matching": keys(
        "Published claims that say the same as a text, best first.",
        results=listed(
            keys(
                "A claim that may say the same.",
                claim=ref("Claim"),
                reviews=listed(ref("Review"), description="Its live reviews."),
                score=about(SHARE, "How likely it is that it says the same."),
                matched={
                    "type": "object",
                    "description": "What the score comes from.",
                    "required": ["words"],
                    "properties": {
                        "words": about(SHARE, "How much of the text's words is in it; rare words count more."),
                        "meaning": about(SHARE, "How near its meaning is; absent when that was not compared."),
                    },
                },
            )
        ),
        method={"type": "string", "enum": ["words+meaning", "words"]},
        explanation=about(TEXT_OR_NULL, "Why meaning was not compared, or not with everything."),
    ),
    "JsonPatch": listed(
        {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"type": "string", "enum": ["add", "remove", "replace", "move"]},
                "path": about(TEXT, "JSON Pointer (RFC 6901)."),
                "from": TEXT,
                "value": {},
            },
        },
        description="Operations in their order (RFC 6902).",
    ),
    "Root": keys("Where everything is.", **dict.fromkeys((*ADDRESSES, "license"), URL)),
    "OpenApi": {"type": "object", "description": "OpenAPI 3.1.", "required": ["openapi", "info", "paths"]},
    "Problem": {
        **keys(
            "What went wrong (RFC 9457).",
            type=about(URL, "Address of a page that says what it means; the same for every problem of the kind."),
            title=TEXT,
            status=INTEGER,
            detail=TEXT,
            instance=about(TEXT, "The address that was asked for, without its query."),
        )
    },
}
LISTS["Problem"]["properties"]["notice"] = ref("ErasureNotice")
LISTS["Problem"]["properties"]["errors"] = listed(
    {
        "type": "object",
        "description": "What is wrong with one parameter, or at one place of the content.",
        "required": ["detail"],
        "properties": {
            "parameter": about(TEXT, "Of a wrong parameter: its name."),
            "pointer": about(TEXT, "In wrong content: where, a JSON pointer as a fragment, `#/sources/0/url`."),
            "detail": TEXT,
        },
    },
    description="For wrong parameters and wrong content.",
)
