"""An embedded PostgreSQL server, which runs while any of the site's processes uses it.

Every process that uses the server holds a shared lock on ``lock`` in the server's home. When a process ends, it tries
to get the exclusive lock. If it succeeds, no other process uses the server, so the process stops the server. If a
process is killed, the next process takes over the server. ``start.lock`` serialises starts.
"""

import atexit
import fcntl
import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg

from factcheck.database import data_directory, roles
from factcheck.database.aliases import Alias
from factcheck.database.postmaster import SUPERUSER, Postmaster
from factcheck.database.problems import DatabaseProblem, DiskFull, caused_by_full_disk, reports_full_disk
from factcheck.tools.private_files import write_private_file

DATABASE = "factcheck"
OWNER, APPLICATION, READING = "factcheck_owner", "factcheck_app", "factcheck_public"


class Cluster:
    """An embedded server. ``durable=False`` trades safety for speed and is only for tests."""

    databases: dict[str, Alias]  # Django's setting
    replicas = None

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.directory = data_directory.find(var)
        self.home, self.data = self.directory.home, self.directory.data
        self._durable = durable
        self._mutex = threading.Lock()
        self._user: int | None = None  # the ID of the process that has the lock
        self._lock: IO[str] | None = None
        self._server: Postmaster | None = None

    def logins(self) -> roles.Logins:
        """Return the three roles with the passwords from ``passwords.json``. The first call creates the file."""
        passwords = self._passwords()
        return roles.Logins(*(roles.Login(name, passwords[name]) for name in (OWNER, APPLICATION, READING)))

    def prepare(self, alias: str = "default") -> None:
        """Start the server if necessary, and create its roles and its database. Return when the server responds."""
        with self._mutex:
            if self._user == os.getpid():
                return
            server = self._postmaster()
            with self._exclusively(), ExitStack() as failing:
                lock = failing.enter_context(open(self.home / "lock", "a"))
                fcntl.flock(lock, fcntl.LOCK_SH)
                try:
                    if not server.answers():
                        server.start()
                    self.create_contents(server)
                except BaseException as error:
                    if _try_lock(lock):  # no other process uses the server
                        server.stop(at_once=True)
                    if isinstance(error, Exception) and (problem := self.full_disk(error)):
                        raise problem from None
                    raise
                failing.pop_all()
            self._lock = lock  # held until this process ends
            self._user = os.getpid()
            atexit.register(self.leave)

    def leave(self, patience: float = 0, *, at_once: bool = False) -> None:
        """Release the server when this process ends, and stop the server if no other process uses it.

        ``patience`` is the time in seconds to wait for other processes. ``at_once`` skips the checkpoint, for a full
        disk.
        """
        if self._user != os.getpid() or self._lock is None:
            return
        self._user = None
        atexit.unregister(self.leave)
        with self._lock as lock:
            deadline = time.monotonic() + patience
            while not _try_lock(lock):
                if time.monotonic() >= deadline:
                    self._postmaster().leave_running()
                    return
                time.sleep(0.05)
            self._postmaster().stop(at_once=at_once)

    def full_disk(self, error: Exception) -> DatabaseProblem | None:
        """Return a problem if a full disk caused the error. A crashed server reports this only in its log."""
        log = self.home / "server.log"
        full = caused_by_full_disk(error) or (log.exists() and reports_full_disk(log.read_text(errors="replace")))
        return DiskFull(self.home) if full else None

    def destroy(self) -> None:
        """Stop the server and delete its home with all data, even if processes use the server.

        This is only for temporary clusters.
        """
        self._user = None
        atexit.unregister(self.leave)
        if self._lock is not None:
            self._lock.close()
        if self.data.exists():
            self._postmaster().stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def superuser(self, database: str = SUPERUSER) -> psycopg.Connection:
        """Connect as superuser. Only this package, and tests that create databases, may use this."""
        return self._postmaster().connect(database)

    def _passwords(self) -> dict[str, str]:
        file = self.home / "passwords.json"
        if self.data.exists() and not file.exists():
            raise DatabaseProblem(
                f"{file} is missing, but the database exists. Restore the file from a backup, "
                f"or remove {self.home} with all data to start with an empty database."
            )
        data_directory.make_folder(self.home, 0o700)
        return stored_passwords(file, (SUPERUSER, OWNER, APPLICATION, READING))

    def _postmaster(self) -> Postmaster:
        if self._server is None:
            self._server = Postmaster(self.directory, self._passwords()[SUPERUSER], durable=self._durable)
        return self._server

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        with open(self.home / "start.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def create_contents(self, server: Postmaster) -> None:
        """Create the missing roles, database and extensions, also after an interrupted first start.

        Passwords and settings that a role has given itself are replaced.
        """
        logins = self.logins()
        with server.connect() as connection:
            for login in (logins.owner, logins.application, logins.reading):
                exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.name]).fetchone()
                connection.execute(roles.create_role(login, "ALTER" if exists else "CREATE"))
            for line in roles.role_settings(logins):
                connection.execute(line)
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                with server.connect(DATABASE) as inside:  # for rights and extensions from a later release
                    for line in (*roles.schema_rights(logins), *roles.create_extensions()):
                        inside.execute(line)
                return
            # By default, every role can connect to these two databases.
            connection.execute(f"REVOKE ALL ON DATABASE {SUPERUSER}, template1 FROM PUBLIC")
            # The database is renamed to its final name when it is complete.
            unfinished = "unfinished"
            connection.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
            connection.execute(roles.create_database(unfinished, logins))
            with server.connect(unfinished) as inside:
                for line in (*roles.schema_rights(logins), *roles.create_extensions()):
                    inside.execute(line)
            for line in roles.connect_rights(unfinished, logins):
                connection.execute(line)
            connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {DATABASE}")


def stored_passwords(file: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the passwords from the file, by role. If the file is missing, create it with random passwords."""
    if not file.exists():
        with suppress(FileExistsError):  # another process has already created the file
            write_private_file(file, json.dumps({name: secrets.token_urlsafe(24) for name in names}, indent=2))
    passwords: dict[str, str] = json.loads(file.read_text())
    return passwords


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
