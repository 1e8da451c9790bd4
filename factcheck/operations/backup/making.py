"""Makes a backup in one pass, complete or not at all, and removes the oldest backups."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from subprocess import PIPE

from django.core.files.storage import default_storage
from django.db import connections, transaction

from factcheck.database.client_programs import find_program, running
from factcheck.operations.backup import archive, encryption
from factcheck.operations.backup.archive import Description
from factcheck.operations.backup.problems import BackupError, disk_problem
from factcheck.tools.whole_files import UNFINISHED, locked, whole_file

PREFIX, SUFFIX = "factcheck-", ".tar.age"


@contextmanager
def snapshot() -> Iterator[str]:
    """Hold a snapshot of the database as its owner. ``pg_dump`` reads the same snapshot as queries in the block."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.callproc("pg_export_snapshot")
        yield cursor.fetchone()[0]


def make_backup(
    folder: Path,
    recipient: encryption.Recipient,
    description: Description,
    environment: dict[str, str],
    exported: str,
    advance: encryption.Advance,
) -> Path:
    """Write one file, under its final name only when it is complete and on the disk. Raises BackupError."""
    made_at = datetime.fromisoformat(description.made_at)
    file = folder / f"{PREFIX}{made_at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    content = _content(description, environment, exported)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(folder / "lock"), closing(content):  # closing the content ends pg_dump
            _remove_leftovers(folder)
            with whole_file(file) as out:
                encryption.encrypt(content, out, recipient, advance)
    except BlockingIOError:
        raise BackupError("Another process is making a backup. Wait until the other process has finished.") from None
    except OSError as problem:
        raise disk_problem(problem, folder) from problem
    return file


def made_at(file: Path) -> datetime:
    """Return when the backup was made."""
    return datetime.strptime(file.name, f"{PREFIX}%Y%m%dT%H%M%S%z{SUFFIX}")


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Remove all backups except the newest. Other files in the folder are kept."""
    old = list_backups(folder)[:-keep]
    for file in old:
        file.unlink(missing_ok=True)
    return old


def list_backups(folder: Path) -> list[Path]:
    """Return the complete backups, the oldest first, or nothing if this account can't read the folder."""
    return sorted(folder.glob(f"{PREFIX}{'[0-9]' * 8}T{'[0-9]' * 6}Z{SUFFIX}"))


def _content(description: Description, environment: dict[str, str], exported: str) -> Generator[bytes]:
    variables = "".join(f"{name}={value}\n" for name, value in sorted(environment.items())).encode()
    for name, data in ((archive.DESCRIPTION, description.as_json()), (archive.ENVIRONMENT, variables)):
        yield from archive.member(name, len(data), iter([data]))
    yield from _database(exported)
    for name in stored_files():
        with suppress(FileNotFoundError), default_storage.open(name) as file:  # deleted in the meantime
            yield from archive.member(f"{archive.FILES}{name}", file.size, file.chunks(archive.BLOCK))
    yield archive.end()


def _database(exported: str) -> Iterator[bytes]:
    """Yield the members with the database's dump. Rights and owners are part of it, comments aren't."""
    connection = connections["owner"]
    program = find_program("pg_dump", connection.pg_version // 10000)  # type: ignore[attr-defined]
    arguments = ["--format=custom", "--no-comments", f"--snapshot={exported}"]
    with running(program, arguments, connection.settings_dict, stdout=PIPE) as process:
        assert process.stdout is not None
        number = 0
        while part := process.stdout.read(archive.PART):
            number += 1
            yield from archive.member(f"{archive.DATABASE}{number:08}", len(part), iter([part]))


def stored_files(folder: str = "") -> Iterator[str]:
    """Yield the names of all files in Django's storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    for name in sorted(files):
        yield f"{prefix}{name}"
    for name in sorted(folders):
        yield from stored_files(f"{prefix}{name}")


def _remove_leftovers(folder: Path) -> None:
    for file in folder.glob(f"{PREFIX}*{UNFINISHED}"):
        file.unlink(missing_ok=True)
