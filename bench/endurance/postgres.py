"""A primary and a standby of the embedded PostgreSQL's binaries, reached over TCP as in service, that can be killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from factcheck.database import data_directory

HOST = "127.0.0.1"
SETTINGS = {
    "listen_addresses": HOST, "unix_socket_directories": "", "max_connections": "150", "shared_buffers": "256MB",
    "wal_keep_size": "1GB", "hot_standby": "on", "wal_retrieve_retry_interval": "1s", "log_min_messages": "fatal",
}  # fmt: skip


class Postgres:
    """One server. Its folder belongs to the account that runs it, since PostgreSQL refuses to run as root."""

    def __init__(self, folder: Path, port: int) -> None:
        found = data_directory.find(folder)
        self.account, self.data, self.port = found.account, folder / "pgdata", port
        self.binaries = data_directory.binaries(self.account)
        self.log = folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        data_directory.make_folder(self.data, 0o700, self.account)

    def create(self) -> None:
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")

    def copy(self, primary: "Postgres") -> None:
        """Become a standby of the primary."""
        self._run("pg_basebackup", "-D", str(self.data), "-R", "-X", "stream", "-h", HOST, "-p", str(primary.port),
                  "-U", "postgres", "-c", "fast")  # fmt: skip

    def start(self) -> None:
        """Start, also after a kill, and return when the server answers."""
        for _attempt in range(60):  # until the killed server's processes have gone
            options = [part for name, value in (SETTINGS | {"port": str(self.port)}).items()
                       for part in ("-c", f"{name}={value}")]  # fmt: skip
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [self.binaries / "postgres", "-D", self.data, *options], stdout=log, stderr=log, cwd="/",
                    user=self.account and self.account.uid, group=self.account and self.account.gid,
                    extra_groups=[] if self.account else None,
                )  # fmt: skip
            while self.process.poll() is None:
                try:
                    self.ask("SELECT 1")
                except psycopg.OperationalError:
                    time.sleep(0.1)
                else:
                    return
            time.sleep(0.5)
        sys.exit(f"PostgreSQL didn't start. Read {self.log}.")

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(host=HOST, port=self.port, user="postgres", dbname=database, autocommit=True,
                             connect_timeout=5) as connection:  # fmt: skip
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown
            self.process.wait(60)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments], check=True, capture_output=True, cwd="/",
            user=self.account and self.account.uid, group=self.account and self.account.gid,
            extra_groups=[] if self.account else None,
        )  # fmt: skip
