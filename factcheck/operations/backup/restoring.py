"""Reads a backup twice: first to check the whole file, then to restore it in one transaction."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import NamedTemporaryFile

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connections

from factcheck.database.client_programs import ProgramError, find_program, running
from factcheck.operations.backup import archive, encryption
from factcheck.operations.backup.archive import Description
from factcheck.operations.backup.making import stored_files
from factcheck.operations.backup.problems import BackupError

# The role that owns the database can't create extensions or grant rights on what it doesn't own. An empty database from
# `python -m factcheck.database roles` already has these.
_MADE_BEFORE = re.compile(r"^[^;]*; \d+ \d+ (EXTENSION - |ACL - SCHEMA public |ACL pg_catalog )")


@dataclass(frozen=True)
class Contents:
    """The result of the first reading. ``database`` is the beginning of the dump, with its table of contents."""

    description: Description
    environment: str
    database: bytes


def read_backup(file: Path, identity: encryption.Identity, advance: encryption.Advance) -> Contents:
    """Read the whole file, so that damage is found before anything is restored. Raises BackupError."""
    found = {archive.DESCRIPTION: b"", archive.ENVIRONMENT: b""}
    database = b""
    with encryption.decrypted(file, identity, advance) as stream:
        for member in archive.members(stream):
            if member.name in found:
                found[member.name] = b"".join(member.chunks())
            elif member.name.startswith(archive.DATABASE) and not database:
                database = b"".join(member.chunks())
    if not found[archive.DESCRIPTION] or not database:
        raise BackupError("The file can be decrypted, but it isn't a backup of this site.")
    return Contents(Description.parse(found[archive.DESCRIPTION]), found[archive.ENVIRONMENT].decode(), database)


def require_empty() -> None:
    """Raise BackupError if the database has tables, or if the storage has files."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm')"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
        )
        (tables,) = cursor.fetchone()
    if tables:
        name = connections["owner"].settings_dict["NAME"]
        raise BackupError(
            f"The database {name} isn't empty, because it has {tables} tables. Create an empty database with "
            "`.venv/bin/python -m factcheck.database roles`, and set the three URLs to it."
        )
    if name := next(stored_files(), None):
        raise BackupError(f"The storage isn't empty, because it has the file {name}. Move the files away first.")


def restore(file: Path, identity: encryption.Identity, contents: Contents, advance: encryption.Advance) -> None:
    """Restore the database in one transaction, then the files. Raises BackupError."""
    settings = connections["owner"].settings_dict
    program = find_program("pg_restore", connections["owner"].pg_version // 10000)  # type: ignore[attr-defined]
    connections["owner"].close()
    try:
        with (
            NamedTemporaryFile() as chosen,
            encryption.decrypted(file, identity, advance) as stream,
        ):
            Path(chosen.name).write_text(_chosen_entries(program, contents.database))
            parts = archive.members(stream)
            arguments = ["--single-transaction", "--exit-on-error", "--no-owner", f"--use-list={chosen.name}"]
            with running(program, arguments, settings, stdin=PIPE, stdout=DEVNULL) as process:
                assert process.stdin is not None
                first = _send_database(parts, process)
            for part in chain([first] if first else [], parts):
                _save_file(part)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")  # a dump has no statistics, and without them the checks would be slow
    except ProgramError as problem:
        raise BackupError(
            f"PostgreSQL refused the backup, and the database is still empty: {str(problem).rstrip('.')}. "
            "Correct this, and start again."
        ) from None


def _send_database(parts: Iterator[archive.Member], process: "subprocess.Popen[bytes]") -> archive.Member | None:
    """Send the dump to pg_restore. Return the first part after the dump, which is the first file."""
    assert process.stdin is not None
    for part in parts:
        if part.name.startswith(archive.FILES):
            return part
        if part.name.startswith(archive.DATABASE):
            with suppress(BrokenPipeError):  # pg_restore ended, and its message explains why
                for chunk in part.chunks():
                    process.stdin.write(chunk)
    return None


def _save_file(part: archive.Member) -> None:
    name = part.name.removeprefix(archive.FILES)
    default_storage.save(name, File(part.file, name=name))


def _chosen_entries(program: Path, database: bytes) -> str:
    """Return the dump's table of contents without what an empty database already has."""
    result = subprocess.run([str(program), "--list"], input=database, capture_output=True, check=False)
    if result.returncode:
        raise ProgramError(result.stderr.decode(errors="replace").strip())
    lines = result.stdout.decode().splitlines(keepends=True)
    return "".join(line for line in lines if not _MADE_BEFORE.match(line))
