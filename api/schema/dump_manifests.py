"""The manifests of bulk dumps, and rows that occur only in dumps."""

from typing import Annotated

from pydantic import WithJsonSchema

from factcheck.record.statements.output import Hex, Nested, Output, SiteUrl, Time
from factcheck.record.statements.schema import Json


class ListedDump(Nested):
    """A dump."""

    sequence: int
    """The newest log entry in the dump."""
    at: Time
    """When this entry was made."""
    made_at: Time
    """When the dump was made."""
    url: SiteUrl
    """The dump's manifest."""
    bytes: int
    """The total size of the dump's files."""


class DumpList(Output):
    """All dumps, newest first."""

    results: list[ListedDump]
    next: None = None
    """Always null, because all dumps are on one page."""
    previous: None = None


class DumpFile(Output):
    """A table in one format."""

    name: str
    table: str
    """`reviews`, `claims`, `corrections`, `demands`, `entries`."""
    format: Annotated[str, WithJsonSchema({"type": "string", "enum": ["jsonl", "csv", "parquet"]})]
    media_type: str
    rows: int
    bytes: int
    sha256: Hex
    url: SiteUrl


class DumpManifest(Output):
    """The contents of a dump, as of one log entry."""

    sequence: int
    """The newest log entry in the dump."""
    at: Time
    """When this entry was made."""
    site: SiteUrl
    """The site that made the dump. URLs in the rows belong to this site."""
    license: SiteUrl
    schemas: dict[str, Annotated[Json, WithJsonSchema({"type": "object"})]]
    """For each table, the complete JSON Schema (2020-12) of a row."""
    made_at: Time
    """When the dump was made."""
    checkpoint: str
    """The log's signed checkpoint at this entry (C2SP signed note)."""
    files: list[DumpFile]
