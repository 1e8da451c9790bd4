"""JSON Schema of the bulk dumps' manifests, and of the rows that only they have."""

from typing import Any

from api.schema.bodies import INTEGER, MOMENT, TEXT, URL, about, keys, listed
from api.schema.lists import ENTRY
from api.schema.operations import ref

Json = dict[str, Any]

_DUMP: Json = {
    "sequence": about(INTEGER, "The newest log entry that it holds."),
    "at": about(MOMENT, "When that entry was made."),
    "made_at": about(MOMENT, "When the dump was made."),
}

DUMPS: Json = {
    "LogEntry": keys("An entry of the log.", **ENTRY),
    "DumpList": keys(
        "The dumps that there are, the newest first.",
        results=listed(
            keys(
                "A dump.",
                **_DUMP,
                url=about(URL, "Its manifest."),
                bytes=about(INTEGER, "All its files together."),
            )
        ),
        next=about({"type": "null"}, "All are on one page."),
        previous={"type": "null"},
    ),
    "DumpManifest": keys(
        "What a dump holds, as of one entry of the log.",
        **_DUMP,
        site=about(URL, "The site that made it; addresses in the rows are its."),
        license=URL,
        checkpoint=about(TEXT, "The log's signed checkpoint of exactly these entries (C2SP signed note)."),
        files=listed(ref("DumpFile")),
        schemas={
            "type": "object",
            "additionalProperties": {"type": "object"},
            "description": "By table, the JSON Schema (2020-12) of a row, whole in itself.",
        },
    ),
    "DumpFile": keys(
        "A table in a format.",
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
