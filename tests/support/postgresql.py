"""PostgreSQL servers for one test: a primary, standbys made by pg_basebackup, and recovery to a point in time."""

import base64
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from factcheck.database import data_directory
from factcheck.database.__main__ import script

DATABASE, PASSWORD = "facts", "secret"
ALWAYS = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",  # only processes are killed, never the machine
    "shared_buffers=64MB",
    "hot_standby_feedback=on",
    "wal_retrieve_retry_interval=200ms",
]
_numbers = itertools.count()


def wait(until: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


class Server:
    """A server with its folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.port = folder / "data", free_port()
        self.parameters: tuple[str, ...] = ()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, program: str, *arguments: str) -> None:
        command = [str(data_directory.binaries() / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, **self._options())

    def start(self, *parameters: str) -> None:
        """Start the server with the parameters of its first start, and return when it answers."""
        self.parameters = self.parameters or parameters
        command = [str(data_directory.binaries() / "postgres"), "-D", str(self.data)]
        for each in (*ALWAYS, f"port={self.port}", *self.parameters):
            command += ["-c", each]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **self._options())
        wait(self.answers)

    def stop(self, number: int = signal.SIGINT) -> None:
        if self.process:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def execute(self, sql: str, database: str = "postgres") -> list[Any]:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True, connect_timeout=3
        ) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str) -> Any:
        return self.execute(sql)[0][0]

    def write(self, name: str, content: str = "") -> None:
        """Add to a file in the data folder, or create it."""
        with (self.data / name).open("a") as file:
            file.write(content)

    def copy_from(self, primary: "Server") -> None:
        self.run("pg_basebackup", f"--pgdata={self.data}", "--host=127.0.0.1", f"--port={primary.port}",
                 "--username=postgres", "--checkpoint=fast", "--no-sync")  # fmt: skip

    def _options(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": {"LC_ALL": "C", "PATH": os.defpath}, "stdin": subprocess.DEVNULL}


@contextmanager
def servers(count: int) -> Iterator[list[Server]]:
    """Yield servers that aren't created yet. At the end, they are killed and their files are deleted."""
    folder = settings.VAR / f"servers-{os.getpid()}-{next(_numbers)}"
    data_directory.make_folder(folder, 0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        made = []
        for number in range(count):
            data_directory.make_folder(folder / f"{number}", 0o700)
            made.append(Server(folder / f"{number}"))
            stack.callback(made[-1].kill)
        yield made


def create(server: Server, *parameters: str) -> None:
    """Create and start a primary with the site's empty database and its three roles."""
    server.run("initdb", f"--pgdata={server.data}", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
               "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")  # fmt: skip
    server.start(*parameters)
    outside, inside = script(DATABASE, "unused", PASSWORD).split(f'\\connect "{DATABASE}"\n')
    for line in outside.splitlines():
        server.execute(line)
    server.execute(re.sub("^--.*$", "", inside, flags=re.MULTILINE), DATABASE)


def environment(var: Path, *hosts: Server, **variables: str) -> dict[str, str]:
    """Return the environment variables of a site that uses these servers."""
    place = ",".join(f"127.0.0.1:{server.port}" for server in hosts)
    urls = {
        variable: f"postgresql://{DATABASE}_{part}:{PASSWORD}@{place}/{DATABASE}"
        for variable, part in {"": "app", "PUBLIC_": "public", "OWNER_": "owner"}.items()
    }
    return {
        **os.environ,
        **{f"{variable}DATABASE_URL": url for variable, url in urls.items()},
        "FACTCHECK_VAR": str(var),
        "MESSAGES_KEY": base64.b64encode(bytes(32)).decode(),
        "PYTHONWARNINGS": "",
        **variables,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
