"""Runs an embedded PostgreSQL for as long as a process of ours uses it.

Every process that uses the server holds a shared lock on ``lock`` in the server's home. At its end it tries for the exclusive
lock without waiting: whoever gets it was the last and stops the server. A server left behind by a killed process is taken
over by the next one. First starts are serialised by ``start.lock``.
"""

import atexit
import fcntl
import locale
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from json import dumps, loads
from pathlib import Path
from typing import IO

import psycopg

from factcheck.database import lodging, roles
from factcheck.database.problems import DatabaseProblem

DATABASE = "factcheck"
PATIENCE = 60  # seconds to wait for a server that starts or stops
SUPERUSER = "postgres"


class Cluster:
    """One embedded server. ``durable=False`` trades safety for speed, for tests only."""

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.lodging = lodging.find(var)
        self.durable = durable
        self._mutex = threading.Lock()
        self._user: int | None = None  # the process id that holds the lock
        self._lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        return self.lodging.home

    @property
    def data(self) -> Path:
        return self.lodging.data

    def passwords(self) -> dict[str, str]:
        """Role name → password, made at the first call and kept in ``passwords.json`` (0600)."""
        file = self.home / "passwords.json"
        if not file.exists():
            self._make_home()
            with self._exclusively():
                if not file.exists():
                    if self.data.exists():
                        raise DatabaseProblem(f"{file} is missing beside the database: put it back from a backup, or remove {self.home} to start anew.")
                    fresh = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, *(f"factcheck_{part}" for part in ("owner", "app", "public")))}
                    unfinished = file.with_suffix(".new")
                    unfinished.unlink(missing_ok=True)
                    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                        out.write(dumps(fresh, indent=2))
                    unfinished.rename(file)
        passwords: dict[str, str] = loads(file.read_text())
        return passwords

    def logins(self) -> roles.Logins:
        passwords = self.passwords()
        owner, application, reading = (roles.Login(f"factcheck_{part}", passwords[f"factcheck_{part}"]) for part in ("owner", "app", "public"))
        return roles.Logins(owner, application, reading)

    def prepare(self) -> None:
        """Returns when the server answers and has its roles and its database."""
        if self._user == os.getpid():
            return
        with self._mutex:
            if self._user == os.getpid():
                return
            self.passwords()
            with self._exclusively():
                self._lock = open(self.home / "lock", "a")  # noqa: SIM115 (held until this process ends)
                fcntl.flock(self._lock, fcntl.LOCK_SH)
                if not self._answers():
                    self._start()
                    self._furnish()
            self._user = os.getpid()
            atexit.register(self.leave)

    def leave(self, patience: float = 0) -> None:
        """Lets go of the server; the last one stops it. Called at the end of the process; ``patience`` in seconds for others."""
        if self._user != os.getpid() or self._lock is None:
            return
        self._user = None
        atexit.unregister(self.leave)
        with self._lock as lock:
            deadline = time.monotonic() + patience
            while not _try_lock(lock):
                if time.monotonic() >= deadline:
                    return
                time.sleep(0.05)
            self._stop()

    def superuser(self, database: str = SUPERUSER) -> psycopg.Connection:
        """For this package and the tests' template database only."""
        return psycopg.connect(
            host=str(self.lodging.socket), dbname=database, user=SUPERUSER, password=self.passwords()[SUPERUSER], autocommit=True, connect_timeout=5
        )

    def _make_home(self) -> None:
        # The server's account must pass through, and sees nothing: what is in here is private file by file.
        lodging.make_folder(self.home, 0o700 if self.lodging.account is None else 0o711)

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        self._make_home()
        with open(self.home / "start.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _answers(self) -> bool:
        try:
            with self.superuser() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs as the server's account and raises with its last words when it fails."""
        account = self.lodging.account
        result = subprocess.run(
            [str(lodging.binaries(account) / program), *arguments],
            cwd=self.home,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
            **_identity(account),
        )
        if result.returncode:
            raise DatabaseProblem(f"PostgreSQL's {program} failed: {(result.stderr or result.stdout).strip()[-500:]}")

    def _initialise(self) -> None:
        """Makes the cluster beside its place and moves it there when whole."""
        unfinished = self.home / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        lodging.make_folder(unfinished, 0o700, self.lodging.account)
        password = unfinished / "password"
        # initdb wants an empty folder, so the cluster is one level down.
        cluster = unfinished / "cluster"
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(self.passwords()[SUPERUSER])
        if self.lodging.account is not None:
            os.chown(password, self.lodging.account.uid, self.lodging.account.gid)
        arguments = [f"--pgdata={cluster}", f"--username={SUPERUSER}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"]
        # Sorting and case by code point and Unicode, the same on every machine; libc's part is for word boundaries in search.
        arguments += [f"--locale={_unicode_locale()}", "--lc-messages=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        arguments += ["--data-checksums"] if self.durable else ["--no-data-checksums", "--no-sync"]
        self._run("initdb", *arguments)
        with open(cluster / "postgresql.conf", "a") as conf:
            conf.write("include 'factcheck.conf'\n")
        cluster.rename(self.data)
        shutil.rmtree(unfinished)

    def _configure(self) -> None:
        folder = str(self.lodging.socket).replace('"', '""').replace("'", "''")
        lines = [
            "listen_addresses = ''",
            f"unix_socket_directories = '\"{folder}\"'",
            "unix_socket_permissions = 0700",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200"]
        file = self.data / "factcheck.conf"
        file.unlink(missing_ok=True)
        file.write_text("\n".join(lines) + "\n")
        if self.lodging.account is not None:
            os.chown(file, self.lodging.account.uid, self.lodging.account.gid)

    def _start(self) -> None:
        if not self.data.exists():
            self._initialise()
        self._clear_stale_pid()
        if self._answers():
            return
        lodging.make_socket_folder(self.lodging)
        self._configure()
        log = self.home / "server.log"
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            # Not through pg_ctl: its shell line does not survive every path, and a new session keeps Ctrl-C from the server.
            self._server = subprocess.Popen(
                [str(lodging.binaries(self.lodging.account) / "postgres"), "-D", str(self.data)],
                cwd=self.home,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **_identity(self.lodging.account),
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise DatabaseProblem(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-500:]} (see {log})")
            time.sleep(0.03)

    def _clear_stale_pid(self) -> None:
        """PostgreSQL sees a dead process id itself, but not one that another program has been given since."""
        deadline = time.monotonic() + PATIENCE
        while (pid := self._pid()) is not None and time.monotonic() < deadline:
            if not _is_server(pid, self.data):
                (self.data / "postmaster.pid").unlink(missing_ok=True)
            elif self._answers():
                return
            else:  # starting or stopping
                time.sleep(0.1)

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _stop(self) -> None:
        pid = self._pid()
        if pid is not None and _is_server(pid, self.data):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)  # "fast": open transactions are rolled back, then a checkpoint
            deadline = time.monotonic() + PATIENCE
            while self._pid() is not None and time.monotonic() < deadline:
                time.sleep(0.02)
        if self._server is not None:
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(5)
            self._server = None

    def _furnish(self) -> None:
        """Roles, database and extensions; what is there already stays."""
        logins = self.logins()
        with self.superuser() as connection:
            for login in (logins.owner, logins.application, logins.reading):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.name]).fetchone():
                    connection.execute(roles.create_role(login))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return
            connection.execute(roles.create_database(DATABASE, logins))
            for line in roles.connect_rights(DATABASE, logins):
                connection.execute(line)
        with self.superuser(DATABASE) as connection:
            for line in (*roles.schema_rights(logins), *roles.create_extensions()):
                connection.execute(line)


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _environment() -> dict[str, str]:
    # macOS: without a valid locale the postmaster becomes multithreaded at its start and refuses.
    return {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}


def _identity(account: lodging.Account | None) -> dict[str, object]:
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _unicode_locale() -> str:
    """A libc locale of this machine that knows letters beyond ASCII."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _is_server(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL server of this data folder."""
    command = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            words = command.read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(data) in words
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in listing.stdout
