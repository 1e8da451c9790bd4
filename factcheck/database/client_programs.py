"""The code that runs PostgreSQL's own programs, such as ``pg_dump``, on the site's database."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from factcheck.database import data_directory
from factcheck.database.postmaster import program_environment
from factcheck.database.problems import DatabaseProblem

# Debian's and Red Hat's folders for several versions side by side.
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")


class ProgramError(Exception):
    """The failure of a program of PostgreSQL. The message is the end of the program's output."""


def find_program(name: str, server_version: int) -> Path:
    """Return the program whose major version is that of the server, or else the next newer version.

    An older program refuses the server. A dump from a newer program can contain settings that the server refuses, so
    the oldest possible version is used. Raise DatabaseProblem if no version is suitable.
    """
    places = [Path(folder) / name for pattern in _FOLDERS for folder in sorted(Path("/").glob(pattern[1:]))]
    if found := shutil.which(name):
        places.append(Path(found))
    with suppress(DatabaseProblem):
        places.append(data_directory.binaries() / name)
    versions = {_version(place): place for place in places if place.is_file()}
    suitable = [version for version in versions if version >= server_version]
    if not suitable:
        raise DatabaseProblem(
            f"The program {name} of PostgreSQL {server_version} isn't installed. Install the client programs of this "
            f"version or a later one (Debian: postgresql-client-{server_version})."
        )
    return versions[min(suitable)]


@contextmanager
def running(
    program: Path, arguments: list[str], database: dict[str, Any], **streams: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program on a database from Django's settings, and give its process to the block.

    If the block raises an exception, the program is killed. Raise ProgramError if the program fails.
    """
    server, password = _connection(database)
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            [str(program), f"--dbname={server}", "--no-password", *arguments],
            env={**program_environment(), "PGPASSWORD": password},
            stderr=messages,
            **streams,
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                if stream:
                    with suppress(BrokenPipeError):
                        stream.close()
            process.wait()
        if process.returncode:
            messages.seek(0)
            raise ProgramError(_reason(messages.read().decode(errors="replace"), program, process.returncode))


def _connection(database: dict[str, Any]) -> tuple[str, str]:
    """Return libpq's parameters and the password.

    The password is separate, because other users of the machine can read a program's arguments.
    """
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    options = {name: value for name, value in database["OPTIONS"].items() if name in known}
    place = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"], "dbname": database["NAME"]}
    given = {name: value for name, value in place.items() if value}
    return make_conninfo(**{**options, **given}), str(options.pop("password", None) or database["PASSWORD"])


def _reason(messages: str, program: Path, status: int) -> str:
    """Return the first error. Later lines only quote the statement or give details."""
    lines = messages.strip().splitlines()
    errors = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return (errors or lines[-1:] or [f"{program.name} ended with status {status}"])[0]


@cache
def _version(program: Path) -> int:
    result = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False, timeout=60)
    found = re.search(r"\(PostgreSQL\) (\d+)", result.stdout)
    return int(found[1]) if found else 0
