"""JSON Schema of the register of demands, with an example, which is made up."""

from typing import Any

from api.schema.bodies import (
    DATE_OR_NULL,
    DIGEST,
    INTEGER,
    LANGUAGE,
    MOMENT,
    TEXT_OR_NULL,
    URL,
    UUID,
    about,
    keys,
)
from api.schema.lists import REVISION
from api.schema.operations import ref
from factcheck.record.register import FROM_TYPES, OUTCOMES

Json = dict[str, Any]

_KIND: Json = {"type": "string", "enum": ["published", "updated"]}
_NOTE = about(TEXT_OR_NULL, "What changed; null for the first revision.")
_STATEMENT: Json = {
    "id": UUID,
    "language": LANGUAGE,
    "from": keys(
        "Who made it. A private person is described, not named.",
        type={"type": "string", "enum": [*FROM_TYPES]},
        name=TEXT_OR_NULL,
        description=TEXT_OR_NULL,
    ),
    "received_on": {"type": "string", "format": "date"},
    "legal_basis": about(TEXT_OR_NULL, "Law and article, as the demand gives it."),
    "asked": about(TEXT_OR_NULL, "What was asked."),
    "review": {"anyOf": [keys("The review that it is about.", id=UUID), {"type": "null"}]},
    "done": about(TEXT_OR_NULL, "What the newsroom did."),
    "done_on": DATE_OR_NULL,
    "outcome": {"type": "string", "enum": [*OUTCOMES]},
    "withheld": about(TEXT_OR_NULL, "Why something is left out that the law forbids to repeat; null if nothing is."),
    "delayed_until": about(DATE_OR_NULL, "The day before which the entry was not public, if it had to wait."),
    "publisher": ref("Publisher"),
    "license": about(URL, "The licence of this document."),
    "published_at": about(MOMENT, "When the first revision was published here."),
    "updated_at": about(MOMENT, "When this revision was published."),
}
_REVISION: Json = {**REVISION, "kind": _KIND, "class": {"type": "null"}, "note": _NOTE}
_CURRENT: Json = {"number": INTEGER, "kind": _KIND, "class": {"type": "null"}, "note": _NOTE}

DEMANDS: Json = {
    "Demand": keys(
        "A demand to change or remove a review.",
        **_STATEMENT,
        url=about(URL, "Its page on this site."),
        revision=ref("CurrentDemandRevision"),
    ),
    "CurrentDemandRevision": keys("The revision that this is.", **_CURRENT, sequence=INTEGER, digest=DIGEST),
    "DemandDocument": keys(
        "A demand without `url`, `revision.sequence` and `revision.digest`, which belong to the serving site."
        " Canonical JSON (RFC 8785).",
        **_STATEMENT,
        revision=keys("The revision that this is.", **_CURRENT),
    ),
    "DemandRevision": keys("An entry about a demand.", **{**_REVISION, "document_url": URL}),
    "RevisionWithDemand": keys(
        "An entry about a demand, and what the register said then.",
        **{**_REVISION, "document_url": URL},
        demand=ref("Demand"),
    ),
}
