"""The making of dumps. A dump is made completely or not at all, and existing dumps are kept until then."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from api.dumps.file_formats import FORMATS, JSON_LINES, ZSTANDARD, write_compressed
from api.dumps.tables import Table, one_snapshot, row_schema, tables
from api.schema.dump_manifests import DumpFile, DumpManifest
from factcheck.record.files import dump_files
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.log import tree
from factcheck.record.models import LogEntry
from factcheck.record.statements.schema import Json
from factcheck.tools.whole_files import flush_folder, whole_file

# A dump with other values in these fields is made again.
COMPARED = {"sequence", "at", "site", "license", "schemas"}
Advance = Callable[[int], None]  # called with the number of rows written


def make(begin: Callable[[int], Advance]) -> dump_files.Dump | None:
    """Make a dump of everything public. Return None if the newest dump is up to date or if nothing is public.

    `begin` receives the number of rows and returns a progress callback. Raise BlockingIOError if another process is
    making a dump, and OSError if the disk is full.
    """
    settings.DUMPS_FOLDER.mkdir(parents=True, exist_ok=True)
    with dump_files.lock_folder():
        dump_files.remove_leftovers()
        while True:
            with one_snapshot():
                dump = _make(begin)
            # An erasure in the meantime couldn't delete this dump, because the dump didn't exist yet.
            dump_files.discard_outdated()
            if dump is None or dump in dump_files.available():
                break
        for old in dump_files.available()[settings.DUMPS_KEEP :]:
            dump_files.remove(old)
    return dump


def _make(begin: Callable[[int], Advance]) -> dump_files.Dump | None:
    head = LogEntry.objects.using("public").newest().first()
    if head is None:
        return None
    chosen = tables()
    schemas = {table.name: row_schema(table.model) for table in chosen}
    manifest = DumpManifest(
        sequence=head.sequence,
        at=rfc3339(head.at),
        site=settings.SITE_URL,
        license=settings.LICENSE_URL,
        schemas=schemas,
        made_at=rfc3339(timezone.now()),
        checkpoint=_checkpoint(),
        files=[],
    )
    folder = settings.DUMPS_FOLDER / str(head.sequence)
    previous = dump_files.find(folder)
    if previous and manifest.model_dump(include=COMPARED).items() <= orjson.loads(previous.manifest).items():
        return None  # if URLs or columns have changed, a new dump is needed
    unfinished = settings.DUMPS_FOLDER / f"{dump_files.UNFINISHED}{head.sequence}"
    unfinished.mkdir()
    try:
        advance = begin(sum(table.rows.count() for table in chosen))
        address = settings.SITE_URL + reverse("api:dump", args=[head.sequence])
        for table in chosen:
            manifest.files += write_table(table, schemas[table.name], unfinished, address, advance)
        content = orjson.dumps(manifest.model_dump(), option=orjson.OPT_INDENT_2)
        with whole_file(unfinished / dump_files.MANIFEST, 0o644) as out:
            out.write(content)
        _move_into_place(unfinished, folder)
    finally:
        dump_files.remove_leftovers()
    return dump_files.find(folder)


def write_table(table: Table, schema: Json, folder: Path, address: str, advance: Advance) -> list[DumpFile]:
    """Read the table once and write it in each format. Return the manifest's entries for the files.

    The URLs of the files begin with `address`.

    If the table is empty, it doesn't have JSON Lines, because programs such as Polars can't read an empty file.
    """
    rows = folder / f"{table.name}.{JSON_LINES}"
    count = write_rows(table, rows, advance)
    paths = {name: folder / f"{table.name}.{each.suffix}" for name, each in FORMATS.items()}
    with ThreadPoolExecutor() as threads:
        for _ in threads.map(lambda name: FORMATS[name].convert(rows, paths[name], schema), FORMATS):
            pass
    files = [(name, paths[name], each.media_type) for name, each in FORMATS.items()]
    if count:
        files.insert(0, ("jsonl", rows, ZSTANDARD))
    else:
        rows.unlink()
    return [
        DumpFile(
            name=path.name,
            table=table.name,
            format=name,
            media_type=media_type,
            rows=count,
            bytes=path.stat().st_size,
            sha256=_flush_and_hash(path),
            url=f"{address}{path.name}",
        )
        for name, path, media_type in files
    ]


def write_rows(table: Table, file: Path, advance: Advance) -> int:
    """Write the rows as JSON Lines, exactly as the API sends them. Return their number."""
    count = 0
    with write_compressed(file) as out:
        for line in table.read():
            out.write(line)
            count += 1
            advance(1)
    return count


def _checkpoint() -> str:
    """Return the newest checkpoint. It was signed in the newest entry's transaction, so the snapshot contains it."""
    checkpoint = tree.newest_checkpoint("public")
    assert checkpoint is not None
    return checkpoint.cosigned()


def _flush_and_hash(path: Path) -> str:
    """Flush the file to disk. Return its SHA-256 in hexadecimal."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move_into_place(unfinished: Path, folder: Path) -> None:
    """Move a complete folder to its final path. Replace an older dump of the same entries."""
    flush_folder(unfinished)
    if folder.exists():
        folder.rename(folder.with_name(f"{dump_files.UNFINISHED}previous-{folder.name}"))
    unfinished.rename(folder)
    flush_folder(folder.parent)
