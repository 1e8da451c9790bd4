"""JSON Schemas of the manifests of bulk dumps, and of rows that occur only in dumps."""

from typing import Any

from api.schema.bodies import INTEGER, TEXT, TIME, URL, array_of, described, object_of
from api.schema.lists import ENTRY
from api.schema.operations import ref

Json = dict[str, Any]

_DUMP: Json = {
    "sequence": described(INTEGER, "The newest log entry in the dump."),
    "at": described(TIME, "When this entry was made."),
    "made_at": described(TIME, "When the dump was made."),
}

DUMPS: Json = {
    "LogEntry": object_of("An entry of the log.", **ENTRY),
    "DumpList": object_of(
        "All dumps, newest first.",
        results=array_of(
            object_of(
                "A dump.",
                **_DUMP,
                url=described(URL, "The dump's manifest."),
                bytes=described(INTEGER, "The total size of the dump's files."),
            )
        ),
        next=described({"type": "null"}, "Always null, because all dumps are on one page."),
        previous={"type": "null"},
    ),
    "DumpManifest": object_of(
        "The contents of a dump, as of one log entry.",
        **_DUMP,
        site=described(URL, "The site that made the dump. URLs in the rows belong to this site."),
        license=URL,
        checkpoint=described(TEXT, "The log's signed checkpoint at this entry (C2SP signed note)."),
        files=array_of(ref("DumpFile")),
        schemas={
            "type": "object",
            "additionalProperties": {"type": "object"},
            "description": "For each table, the complete JSON Schema (2020-12) of a row.",
        },
    ),
    "DumpFile": object_of(
        "A table in one format.",
        name=TEXT,
        url=URL,
        table={"type": "string", "description": "`reviews`, `claims`, `corrections`, `demands`, `entries`."},
        format={"type": "string", "enum": ["jsonl", "csv", "parquet"]},
        media_type=TEXT,
        rows=INTEGER,
        bytes=INTEGER,
        sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    ),
}
