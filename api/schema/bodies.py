"""JSON Schema (2020-12) of what is published. The keys are those of a document (factcheck/record/log/entries.py)
and what the serving site adds (factcheck/record/readmodel/review_rows.py). New keys may come; none goes within v1."""

from typing import Any

from api.schema.operations import ref
from factcheck.record.log.models import ChangeClass
from factcheck.record.readmodel.claim_rows import REVIEW_IN_CLAIM
from factcheck.record.statements.erasure import ErasureNotice
from factcheck.record.statements.review import Review
from factcheck.record.statements.schema import published
from factcheck.record.statements.tombstone import Tombstone
from factcheck.record.statements.values import ADDRESS_PATTERN, SHA256_PATTERN

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
UUID: Json = {"type": "string", "format": "uuid"}
URL: Json = {"type": "string", "format": "uri"}
URL_OR_NULL: Json = {"type": ["string", "null"], "format": "uri"}
# Another's, as people copy it: letters of any script and brackets may stand in it, which format `uri` rules out.
ADDRESS: Json = {"type": "string", "pattern": ADDRESS_PATTERN}
MOMENT: Json = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC, microseconds."}
INTEGER: Json = {"type": "integer"}
INTEGER_OR_NULL: Json = {"type": ["integer", "null"]}
DIGEST: Json = {"type": "string", "pattern": SHA256_PATTERN, "description": "SHA-256 of salt and document."}
LANGUAGE: Json = {"type": "string", "description": "BCP 47 tag. `und` when unknown."}
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


CHANGE_CLASS: Json = {"enum": [*ChangeClass.values, None], "type": ["string", "null"]}
KIND: Json = {"type": "string", "enum": ["original", "update", "correction", "withdrawal", "reinstatement"]}
NOTE = about(TEXT_OR_NULL, "What the publisher tells the public about the change.")

TIMES: Json = {
    "published_at": about(MOMENT, "When the first revision was published here."),
    "updated_at": about(MOMENT, "When this revision was published."),
}
_AT_PUBLICATION: Json = {**TIMES, "corrections": listed(ref("Correction"), description="Every change so far.")}
_SAID = published(Review, Tombstone, ErasureNotice)
_CLAIM: Json = _SAID["ReviewedClaim"]["properties"]


def served(statement: Json, **added: Json) -> Json:
    """The body of a statement: with its page's address, and with what the record adds."""
    properties = {"id": UUID, "url": about(URL, "Its page on this site."), **statement["properties"], **added}
    return keys(statement["description"], **properties)


_CORRECTION: Json = {
    "revision": about(INTEGER, "Its number."), "at": about(MOMENT, "When it was published."),
    "kind": about({"type": "string", "enum": ["update", "correction"]}, "What kind of change it is."),
    "class": about(CHANGE_CLASS, "How much it changes."), "note": NOTE,
    "publisher": about(TEXT, "The site of the review’s publisher."),
    "verdict_before": nullable("VerdictName"), "verdict_after": ref("VerdictName"),
}  # fmt: skip
_CURRENT: Json = {
    "number": about(INTEGER, "From 1."), "kind": about(KIND, "What was published."),
    "class": about(CHANGE_CLASS, "Of a change: how much it changes."), "note": NOTE,
    "sequence": about(INTEGER, "Its entry in the public log."), "digest": DIGEST,
}  # fmt: skip

_REVIEW: Json = served(_SAID["Review"], **_AT_PUBLICATION)["properties"]

BODIES: Json = {
    **_SAID,
    "Review": served(_SAID["Review"], **_AT_PUBLICATION, revision=ref("CurrentRevision")),
    "Tombstone": served(
        _SAID["Tombstone"],
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
    "Claim": keys(
        "A claim as its newest live review has it, with the live reviews of it and of claims that were merged into it.",
        **_CLAIM,
        url=about(URL, "Its address in this API."),
        merged=listed(
            ref("ReviewedClaim"), description="Claims that were found to be the same, each as its newest review has it."
        ),
        topics=listed(ref("Topic"), description="Those of its reviews."),
        reviews=listed(ref("ReviewOfClaim"), minItems=1, description="Its live reviews, oldest first, in short."),
        published_at=about(MOMENT, "When its first review was published here."),
        updated_at=about(MOMENT, "When a review of it was published or changed last."),
        license=about(URL, "The licence of this answer."),
    ),
    "ClaimTombstone": keys(
        "What stays at the address of a claim without a live review.",
        id=UUID, url=URL, reviews=listed({}, maxItems=0), license=URL,
    ),
    "ClaimOrTombstone": {"oneOf": [ref("Claim"), ref("ClaimTombstone")]},
    "ReviewOfClaim": keys(
        "A live review of a claim, in short.",
        **{key: _REVIEW[key] for key in REVIEW_IN_CLAIM},
        publisher=keys("Its publisher.", name=TEXT, site=TEXT),
    ),
    "CurrentRevision": keys("The revision that this is.", **_CURRENT),
    "Correction": keys("A change after the first publication.", **_CORRECTION),
    "CorrectionOfReview": keys(
        "A change after the first publication, with the review that was changed.",
        **_CORRECTION,
        sequence=about(INTEGER, "The revision's entry in the public log."),
        review=keys(
            "The review as this revision has it.", id=UUID, url=URL, headline=TEXT_OR_NULL, language=LANGUAGE
        ),
    ),
    "VerdictName": keys(
        "A verdict, named. Null where there was none to name.",
        scale=about(TEXT_OR_NULL, "Its rating scale."), slug=about(TEXT_OR_NULL, "Its place there."),
        label=about(TEXT_OR_NULL, "In the review's language."),
    ),
}  # fmt: skip
