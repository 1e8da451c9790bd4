"""A PostgreSQL that hangs, and the site's own processes in front of it."""

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    kept: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                kept.append(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    for each in kept:
        each.close()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process and its children do nothing meanwhile."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    family = [pid, *map(int, children)]
    for each in family:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(family):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)


@contextmanager
def site(threads: int, **environment: str) -> Iterator[tuple[int, Path]]:
    """The port of a site under granian, and the file with its log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1",
        "--blocking-threads", str(threads), "--no-ws", "--http", "1", "--log-level", "error",
        "--workers-kill-timeout", "1", "factcheck.wsgi:application",
    ]  # fmt: skip
    log = Path(os.environ["FACTCHECK_VAR"]) / f"site-{port}.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={
                "MESSAGES_KEY": base64.b64encode(bytes(32)).decode(),
                **os.environ,
                "WEB_THREADS": str(threads),
                "DATABASE_CONNECTION_AGE": "60",
                **environment,
            },
        )
    try:
        while not _listens(port):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield port, log
    finally:
        process.terminate()
        process.wait(30)
        log.unlink()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(port: int, path: str) -> tuple[int, str | None]:
    """The status and the header Retry-After."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers.get("Retry-After")
