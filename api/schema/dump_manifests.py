"""JSON Schema of the manifests of bulk dumps, and of rows that only dumps have."""

from typing import Any

from api.schema.bodies import INTEGER, MOMENT, TEXT, URL, about, keys, listed
from api.schema.lists import ENTRY
from api.schema.operations import ref

Json = dict[str, Any]

_DUMP: Json = {
    "sequence": about(INTEGER, "The newest log entry in the dump."),
    "at": about(MOMENT, "When that entry was made."),
    "made_at": about(MOMENT, "When the dump was made."),
}

DUMPS: Json = {
    "LogEntry": keys("An entry of the log.", **ENTRY),
    "DumpList": keys(
        "All dumps, newest first.",
        results=listed(
            keys(
                "A dump.",
                **_DUMP,
                url=about(URL, "Its manifest."),
                bytes=about(INTEGER, "The size of all its files."),
            )
        ),
        next=about({"type": "null"}, "Always null: all dumps are on one page."),
        previous={"type": "null"},
    ),
    "DumpManifest": keys(
        "The content of a dump, as of one log entry.",
        **_DUMP,
        site=about(URL, "The site that made the dump. URLs in the rows belong to this site."),
        license=URL,
        checkpoint=about(TEXT, "The log's signed checkpoint at this entry (C2SP signed note)."),
        files=listed(ref("DumpFile")),
        schemas={
            "type": "object",
            "additionalProperties": {"type": "object"},
            "description": "For each table, the complete JSON Schema (2020-12) of a row.",
        },
    ),
    "DumpFile": keys(
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
