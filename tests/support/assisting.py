"""`manage.py mcp` on a test's own database, in a separate process.

    python -m tests.support.assisting DATABASE [OPTIONS]

The `Client` of the package mcp starts this command, and so does `on_http`.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":
    import django

    django.setup()

from django.core.management import call_command
from django.db import connections
from mcp.client.stdio import StdioServerParameters

ROOT = Path(__file__).parents[2]
MODULE = ["-m", "tests.support.assisting"]  # a script would import tests/api in place of api


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}


def on_stdio(database: str) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=[*MODULE, database], env=environment(), cwd=ROOT)


@contextmanager
def on_http(database: str) -> Iterator[str]:
    """Run the server over HTTP and yield its URL. Afterwards, the process must end when it is asked to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *MODULE, database, "--http", f"--port={port}"], cwd=ROOT, env=environment()
    )
    try:
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    for alias in connections.settings.values():
        alias["NAME"] = sys.argv[1]
    call_command("mcp", *sys.argv[2:])
