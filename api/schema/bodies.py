"""JSON Schemas (2020-12) of published content: the keys of a document, and the keys that the serving site adds.

The bodies are built in factcheck/record/log/entries.py and factcheck/record/readmodel/review_rows.py. Within v1, keys
may be added but never removed.
"""

from typing import Any

from api.schema.operations import ref
from factcheck.record.log.models import CORRECTION_CLASSES, ChangeClass
from factcheck.record.models import PublishedCorrection
from factcheck.record.readmodel.claim_rows import REVIEW_IN_CLAIM
from factcheck.record.statements.erasure import ErasureNotice, Ground
from factcheck.record.statements.review import Review
from factcheck.record.statements.schema import published_schemas
from factcheck.record.statements.tombstone import Tombstone
from factcheck.record.statements.values import SHA256_PATTERN, URL_PATTERN

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
UUID: Json = {"type": "string", "format": "uuid"}
URL: Json = {"type": "string", "format": "uri"}
URL_OR_NULL: Json = {"type": ["string", "null"], "format": "uri"}
# Another site's URL as people copy it. Such a URL can contain brackets and non-ASCII letters, which the format `uri`
# forbids.
ADDRESS: Json = {"type": "string", "pattern": URL_PATTERN}
TIME: Json = {"type": "string", "format": "date-time", "description": "RFC 3339 time in UTC, with microseconds."}
INTEGER: Json = {"type": "integer"}
INTEGER_OR_NULL: Json = {"type": ["integer", "null"]}
DIGEST: Json = {"type": "string", "pattern": SHA256_PATTERN, "description": "SHA-256 of the salt and the document."}
LANGUAGE: Json = {"type": "string", "description": "BCP 47 tag. `und` if unknown."}
LABELS: Json = {"type": "object", "additionalProperties": {"type": "string"}, "description": "By language."}


def described(schema: Json, description: str) -> Json:
    return {**schema, "description": description}


def object_of(description: str, /, **properties: Json) -> Json:
    """Return the schema of an object that always has all of these keys. A missing value is null."""
    return {"type": "object", "description": description, "required": list(properties), "properties": properties}


def array_of(items: Json, **more: Any) -> Json:
    return {"type": "array", "items": items, **more}


def nullable(component: str) -> Json:
    return {"anyOf": [ref(component), {"type": "null"}]}


CHANGE_CLASS: Json = {"enum": [*ChangeClass.values, None], "type": ["string", "null"]}
CORRECTION_CLASS: Json = {"enum": [*CORRECTION_CLASSES, None], "type": ["string", "null"]}
KIND: Json = {"type": "string", "enum": ["original", "update", "correction", "withdrawal", "reinstatement"]}
NOTE = described(TEXT_OR_NULL, "The publisher's public note about the change.")

TIMES: Json = {
    "published_at": described(TIME, "When the first revision was published on this site."),
    "updated_at": described(TIME, "When this revision was published."),
}
_AT_PUBLICATION: Json = {
    **TIMES,
    "corrections": array_of(
        ref("Correction"),
        description="All changes of the verdict, the claim or the text.",
    ),
}
_STATEMENTS = published_schemas(Review, Tombstone, ErasureNotice)
_CLAIM: Json = _STATEMENTS["ReviewedClaim"]["properties"]


def served(statement: Json, **added: Json) -> Json:
    """Return the body of a statement, including the URL of its page and the fields that the record adds."""
    properties = {
        "id": UUID,
        "url": described(URL, "The statement's page on this site."),
        **statement["properties"],
        **added,
    }
    return object_of(statement["description"], **properties)


_CORRECTION: Json = {
    "revision": described(INTEGER, "The revision's number."), "at": described(TIME, "When the change was published."),
    "kind": described({"type": "string", "enum": ["update", "correction"]}, "The kind of change."),
    "class": described(CORRECTION_CLASS, "How significant the change is."), "note": NOTE,
    "publisher": described(TEXT, "The site of the review’s publisher."),
    "verdict_before": nullable("VerdictName"), "verdict_after": ref("VerdictName"),
}  # fmt: skip
_CURRENT: Json = {
    "number": described(INTEGER, "The revision's number, from 1."), "kind": described(KIND, "The kind of publication."),
    "class": described(CHANGE_CLASS, "How significant the change is."), "note": NOTE,
    "sequence": described(INTEGER, "The revision's entry in the public log."), "digest": DIGEST,
}  # fmt: skip

_REVIEW: Json = served(_STATEMENTS["Review"], **_AT_PUBLICATION)["properties"]

BODIES: Json = {
    **_STATEMENTS,
    "Review": served(_STATEMENTS["Review"], **_AT_PUBLICATION, revision=ref("CurrentRevision")),
    "Tombstone": served(
        _STATEMENTS["Tombstone"],
        **_AT_PUBLICATION,
        revision=object_of("The withdrawal.", **_CURRENT | {"kind": {"type": "string", "enum": ["withdrawal"]}}),
    ),
    "ReviewOrTombstone": {"oneOf": [ref("Review"), ref("Tombstone")]},
    "Document": {
        "type": "object",
        "description": "A review or tombstone as canonical JSON (RFC 8785), or the notice of an erasure. It doesn't"
        " contain `url`, `revision.sequence` and `revision.digest`, which depend on the serving site.",
        "required": ["id", "published_at", "updated_at", "revision", "corrections"],
        "properties": {"id": UUID, **_AT_PUBLICATION, "revision": {"type": "object"}},
    },
    "Claim": object_of(
        "A claim, as stated in its newest live review. It includes the live reviews of merged claims.",
        **_CLAIM,
        url=described(URL, "The claim's URL in this API."),
        merged=array_of(
            ref("ReviewedClaim"), description="The claims merged into this claim, each as stated in its newest review."
        ),
        topics=array_of(ref("Topic"), description="The topics of the claim's reviews."),
        reviews=array_of(
            ref("ReviewOfClaim"), minItems=1, description="Short versions of the claim's live reviews, oldest first."
        ),
        published_at=described(TIME, "When the claim's first review was published on this site."),
        updated_at=described(TIME, "When a review of the claim was last published or changed."),
        license=described(URL, "The licence of this response."),
    ),
    "ClaimTombstone": object_of(
        "A claim that no longer has a live review.",
        id=UUID, url=URL, reviews=array_of({}, maxItems=0), license=URL,
    ),
    "ClaimOrTombstone": {"oneOf": [ref("Claim"), ref("ClaimTombstone")]},
    "ReviewOfClaim": object_of(
        "A short version of a live review of the claim.",
        **{key: _REVIEW[key] for key in REVIEW_IN_CLAIM},
        publisher=object_of("The review's publisher.", name=TEXT, site=TEXT),
    ),
    "CurrentRevision": object_of("The current revision.", **_CURRENT),
    "Correction": object_of("A change after the first publication.", **_CORRECTION),
    "CorrectionOfReview": object_of(
        "A change after the first publication, with the review that was changed.",
        **_CORRECTION
        | {
            "kind": described({"type": "string", "enum": PublishedCorrection.Kind.values}, "The kind of change."),
            "note": described(TEXT_OR_NULL, "The public note or reason. For an erasure, the public notice."),
            "publisher": described(TEXT, "The site of the review’s publisher, or of the newsroom that erased it."),
            "verdict_after": nullable("VerdictName"),
        },
        ground=described(
            {"type": ["string", "null"], "enum": [*Ground.values(), None]},
            "The ground of an erasure.",
        ),
        erased=described({"type": "boolean"}, "Whether the texts of this change were erased later."),
        sequence=described(INTEGER, "The revision's entry in the public log."),
        review=object_of(
            "The review in this revision.", id=UUID, url=URL, headline=TEXT_OR_NULL, language=LANGUAGE
        ),
    ),
    "VerdictName": object_of(
        "The name of a verdict. All values are null if the revision doesn't have a verdict.",
        scale=described(TEXT_OR_NULL, "The rating scale."), slug=described(TEXT_OR_NULL, "The slug in this scale."),
        label=described(TEXT_OR_NULL, "The label in the review's language."),
    ),
}  # fmt: skip
