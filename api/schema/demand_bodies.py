"""JSON Schema of the register of demands: the statement, and what the record and the site add."""

from typing import Any

from api.schema.bodies import BODIES, DIGEST, INTEGER, TEXT_OR_NULL, TIMES, URL, about, keys
from api.schema.lists import REVISION
from api.schema.operations import ref
from factcheck.record.statements.demand import Demand
from factcheck.record.statements.schema import published

Json = dict[str, Any]

_KIND: Json = {"type": "string", "enum": ["published", "updated"]}
_NOTE = about(TEXT_OR_NULL, "What changed; null for the first revision.")
_SAID = published(Demand)
_REVISION: Json = {**REVISION, "kind": _KIND, "class": {"type": "null"}, "note": _NOTE, "document_url": URL}
_CURRENT: Json = {"number": about(INTEGER, "From 1."), "kind": _KIND, "class": {"type": "null"}, "note": _NOTE}

DEMANDS: Json = {
    **{name: schema for name, schema in _SAID.items() if name not in BODIES},
    "Demand": keys(
        _SAID["Demand"]["description"],
        **_SAID["Demand"]["properties"],
        **TIMES,
        url=about(URL, "Its page on this site."),
        revision=ref("CurrentDemandRevision"),
    ),
    "CurrentDemandRevision": keys(
        "The revision that this is.", **_CURRENT, sequence=about(INTEGER, "Its entry in the public log."), digest=DIGEST
    ),
    "DemandDocument": keys(
        "A demand without `url`, `revision.sequence` and `revision.digest`, which belong to the serving site."
        " Canonical JSON (RFC 8785).",
        **_SAID["Demand"]["properties"],
        **TIMES,
        revision=keys("The revision that this is.", **_CURRENT),
    ),
    "DemandRevision": keys("An entry about a demand.", **_REVISION),
    "RevisionWithDemand": keys(
        "An entry about a demand, and what the register said then.", **_REVISION, demand=ref("Demand")
    ),
}
