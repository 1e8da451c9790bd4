"""The site in a separate server process, as in production but without a proxy."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4


@contextmanager
def granian(**environment: str) -> Iterator[str]:
    """Run the server and yield its URL. It has four threads, and uses the empty template database."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--blocking-threads", str(THREADS), "--http", "1", "--no-ws", "factcheck.wsgi:application",
    ]  # fmt: skip
    given = {**os.environ, **environment}
    server = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()  # clients that don't read would keep the server from ending
        server.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for_port(port: int) -> None:
    for _ in range(1200):  # a busy machine can need a minute
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"Nothing listens on {port}.")
