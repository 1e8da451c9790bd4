"""JSON Schema (2020-12) of what is published. The keys are those of a document (factcheck/record/log.py)
and what the serving site adds (factcheck/record/readmodel.py). New keys may come; none goes within v1."""

from typing import Any

from api.schema.operations import ref

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
UUID: Json = {"type": "string", "format": "uuid"}
URL: Json = {"type": "string", "format": "uri"}
URL_OR_NULL: Json = {"type": ["string", "null"], "format": "uri"}
# Another's, as people copy it: letters of any script and brackets may stand in it, which format `uri` rules out.
ADDRESS: Json = {"type": "string", "pattern": "^https?://"}
ADDRESS_OR_NULL: Json = {**ADDRESS, "type": ["string", "null"]}
DATE_OR_NULL: Json = {"type": ["string", "null"], "format": "date"}
MOMENT: Json = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC, microseconds."}
INTEGER: Json = {"type": "integer"}
INTEGER_OR_NULL: Json = {"type": ["integer", "null"]}
DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LANGUAGE: Json = {"type": "string", "description": "BCP 47 tag; `und` when unknown."}
LABELS: Json = {"type": "object", "additionalProperties": {"type": "string"}, "description": "By language."}


def about(schema: Json, description: str) -> Json:
    return {**schema, "description": description}


def keys(description: str, /, **properties: Json) -> Json:
    """An object that always has all of these keys; a value that is absent is null."""
    return {"type": "object", "description": description, "required": list(properties), "properties": properties}


def listed(items: Json, **more: Any) -> Json:
    return {"type": "array", "items": items, **more}


def nullable(component: str) -> Json:
    return {"anyOf": [ref(component), {"type": "null"}]}


CHANGE_CLASS: Json = {"enum": ["typo", "update", "substantive", None], "type": ["string", "null"]}
KIND: Json = {"type": "string", "enum": ["original", "update", "correction", "withdrawal", "reinstatement"]}
NOTE = about(TEXT_OR_NULL, "What the publisher tells the public about the change.")

_AT_PUBLICATION: Json = {
    "published_at": about(MOMENT, "When the first revision was published here."),
    "updated_at": about(MOMENT, "When this revision was published."),
    "corrections": listed(ref("Correction")),
}
_REVIEW: Json = {
    "id": UUID,
    "url": about(URL, "Its page on this site."),
    "original_url": about(ADDRESS_OR_NULL, "The publisher's own page of an imported review."),
    "archive_url": about(ADDRESS_OR_NULL, "A capture of `original_url`."),
    "language": LANGUAGE,
    "headline": TEXT_OR_NULL,
    "summary": TEXT_OR_NULL,
    "body": about(TEXT_OR_NULL, "Markdown. Sanitise it before you show it."),
    "claim": ref("ReviewedClaim"),
    "verdict": ref("Verdict"),
    "sources": listed(ref("Source")),
    "publisher": ref("Publisher"),
    "authors": listed(keys("An author.", name=TEXT)),
    "topics": listed(ref("Topic")),
    "reviewed_on": about(DATE_OR_NULL, "The date that the publisher gives the review."),
    "license": about(ADDRESS, "The licence of this document."),
    **_AT_PUBLICATION,
    "revision": ref("CurrentRevision"),
}
_CLAIM: Json = {
    "id": UUID,
    "text": TEXT,
    "language": LANGUAGE,
    "claimed_on": DATE_OR_NULL,
    "location": TEXT_OR_NULL,
    "claimant": nullable("Claimant"),
    "appearances": listed(ref("Appearance")),
}
_SUMMARY = ("id", "url", "original_url", "language", "headline", "verdict", "reviewed_on", "published_at", "updated_at")
_CORRECTION: Json = {
    "revision": INTEGER, "at": MOMENT, "kind": {"type": "string", "enum": ["update", "correction"]},
    "class": CHANGE_CLASS, "note": NOTE, "publisher": about(TEXT, "The site of the review’s publisher."),
    "verdict_before": nullable("VerdictName"), "verdict_after": ref("VerdictName"),
}  # fmt: skip
_CURRENT: Json = {
    "number": INTEGER, "kind": KIND, "class": CHANGE_CLASS, "note": NOTE, "sequence": INTEGER, "digest": DIGEST,
}  # fmt: skip

BODIES: Json = {
    "Review": keys("A review as it was published.", **_REVIEW),
    "Tombstone": keys(
        "What stays at the address of a withdrawn review.",
        **{key: _REVIEW[key] for key in ("id", "url", "original_url", "language", "headline", "publisher", "license")},
        claim=keys("The claim that it was about.", id=UUID),
        **_AT_PUBLICATION,
        revision=keys("The withdrawal.", **_CURRENT | {"kind": {"type": "string", "enum": ["withdrawal"]}}),
    ),
    "ReviewOrTombstone": {"oneOf": [ref("Review"), ref("Tombstone")]},
    "Document": {
        "type": "object",
        "description": "A review or tombstone without `url`, `revision.sequence` and `revision.digest`, which belong to"
        " the serving site; or the notice of an erasure. Canonical JSON (RFC 8785).",
        "required": ["id", "published_at", "updated_at", "revision", "corrections"],
        "properties": {"id": UUID, **_AT_PUBLICATION, "revision": {"type": "object"}},
    },
    "ErasureNotice": keys(
        "What the public is told in place of what was erased.",
        ground={"type": "string", "enum": ["court_order", "personal_data", "law", "other"]},
        text=TEXT,
        redaction=about({"type": "boolean"}, "A revision without what had to go may follow at the same address."),
        newsroom=keys("Who answers for the erasure.", name=TEXT, site=TEXT),
    ),
    "ReviewedClaim": keys("What was said.", **_CLAIM),
    "Claim": keys(
        "A claim as its newest live review has it, with the live reviews of it and of claims that were merged into it.",
        **_CLAIM,
        url=URL,
        merged=listed(
            ref("ReviewedClaim"), description="Claims that were found to be the same, each as its newest review has it."
        ),
        topics=listed(ref("Topic")),
        reviews=listed(ref("ReviewOfClaim"), minItems=1),
        published_at=about(MOMENT, "When its first review was published here."),
        updated_at=about(MOMENT, "When a review of it was published or changed last."),
        license=URL,
    ),
    "ClaimTombstone": keys(
        "What stays at the address of a claim without a live review.",
        id=UUID, url=URL, reviews=listed({}, maxItems=0), license=URL,
    ),
    "ClaimOrTombstone": {"oneOf": [ref("Claim"), ref("ClaimTombstone")]},
    "ReviewOfClaim": keys(
        "A live review of a claim, in short.",
        **{key: _REVIEW[key] for key in _SUMMARY},
        publisher=keys("Its publisher.", name=TEXT, site=TEXT),
    ),
    "Claimant": keys(
        "Who made the claim. A private person is described, not named.",
        id=UUID,
        type={"type": "string", "enum": ["person", "organization", "unnamed"]},
        name=TEXT_OR_NULL,
        description=TEXT_OR_NULL,
        job_title=TEXT_OR_NULL,
        same_as=listed(ADDRESS),
        confirmed=about({"type": "boolean"}, "False for a name that an import brought and nobody has looked at."),
    ),
    "Appearance": keys(
        "Where the claim was seen.",
        url=ADDRESS,
        medium={"enum": ["text", "image", "video", "audio", None], "type": ["string", "null"]},
        media_sha256=about(TEXT_OR_NULL, "Hexadecimal SHA-256 of the media file."),
        archive_url=ADDRESS_OR_NULL,
        first=about({"type": "boolean"}, "Whether it is the first known one."),
    ),
    "Verdict": keys(
        "What the review finds.",
        scale=about(TEXT_OR_NULL, "Slug of the rating scale; null for words that are on none."),
        slug=TEXT_OR_NULL,
        label=about(TEXT_OR_NULL, "In the review's language, or in the publisher's words."),
        labels=LABELS,
        value=about(INTEGER_OR_NULL, "From `worst` to `best`; null when the verdict is no number."),
        best=INTEGER_OR_NULL,
        worst=INTEGER_OR_NULL,
        explanation=TEXT_OR_NULL,
        original=nullable("OriginalRating"),
    ),
    "OriginalRating": keys(
        "The rating of an imported review as its file had it.",
        **dict.fromkeys(("label", "value", "best", "worst", "explanation", "image_url"), TEXT_OR_NULL),
    ),
    "Source": keys(
        "What the review rests on.",
        title=TEXT_OR_NULL, url=ADDRESS_OR_NULL, publisher=TEXT_OR_NULL,
        stance={"enum": ["supports", "refutes", "context", None], "type": ["string", "null"]},
        quote=TEXT_OR_NULL, archive_url=ADDRESS_OR_NULL, accessed_on=DATE_OR_NULL,
    ),
    "Publisher": keys(
        "Who answers for the review.",
        type={"type": "string", "enum": ["organization", "person"]},
        name=TEXT,
        site=about(TEXT, "Host without `www.`"),
        url=ADDRESS_OR_NULL, logo_url=ADDRESS_OR_NULL, same_as=listed(ADDRESS), methodology_url=ADDRESS_OR_NULL,
        corrections_url=ADDRESS_OR_NULL, principles_url=ADDRESS_OR_NULL, unnamed_sources_url=ADDRESS_OR_NULL,
        feedback_url=ADDRESS_OR_NULL,
    ),
    "Topic": keys("A topic.", slug=TEXT, labels=LABELS),
    "CurrentRevision": keys(
        "The revision that this is.",
        **_CURRENT,
    ),
    "Correction": keys("A change after the first publication.", **_CORRECTION),
    "CorrectionOfReview": keys(
        "A change after the first publication, with the review that was changed.",
        **_CORRECTION,
        sequence=about(INTEGER, "The revision's entry in the public log."),
        review=keys(
            "The review as this revision has it.", id=UUID, url=URL, headline=TEXT_OR_NULL, language=LANGUAGE
        ),
    ),
    "VerdictName": keys("A verdict, named.", scale=TEXT_OR_NULL, slug=TEXT_OR_NULL, label=TEXT_OR_NULL),
}  # fmt: skip
