"""JSON Schemas of the register of demands: the statement, and the fields that the record and the site add."""

from typing import Any

from api.schema.bodies import BODIES, DIGEST, INTEGER, TEXT_OR_NULL, TIMES, URL, described, object_of
from api.schema.lists import REVISION
from api.schema.operations import ref
from factcheck.record.statements.demand import Demand
from factcheck.record.statements.schema import published_schemas

Json = dict[str, Any]

_KIND: Json = {"type": "string", "enum": ["published", "updated"]}
_NOTE = described(TEXT_OR_NULL, "A note about the change. Null for the first revision.")
_STATEMENTS = published_schemas(Demand)
_REVISION: Json = {**REVISION, "kind": _KIND, "class": {"type": "null"}, "note": _NOTE, "document_url": URL}
_CURRENT: Json = {
    "number": described(INTEGER, "The revision's number, from 1."),
    "kind": _KIND,
    "class": {"type": "null"},
    "note": _NOTE,
}

DEMANDS: Json = {
    **{name: schema for name, schema in _STATEMENTS.items() if name not in BODIES},
    "Demand": object_of(
        _STATEMENTS["Demand"]["description"],
        **_STATEMENTS["Demand"]["properties"],
        **TIMES,
        url=described(URL, "The demand's page on this site."),
        revision=ref("CurrentDemandRevision"),
    ),
    "CurrentDemandRevision": object_of(
        "The current revision.",
        **_CURRENT,
        sequence=described(INTEGER, "The revision's entry in the public log."),
        digest=DIGEST,
    ),
    "DemandDocument": object_of(
        "A demand as canonical JSON (RFC 8785). It doesn't contain `url`, `revision.sequence` and `revision.digest`,"
        " which depend on the serving site.",
        **_STATEMENTS["Demand"]["properties"],
        **TIMES,
        revision=object_of("The current revision.", **_CURRENT),
    ),
    "DemandRevision": object_of("An entry about a demand.", **_REVISION),
    "RevisionWithDemand": object_of(
        "An entry about a demand, with the demand as of that entry.", **_REVISION, demand=ref("Demand")
    ),
}
