"""The worker on a test's own database: in this process until the queue is empty, or as a process that can be killed.

python -P tests/support/working.py DATABASE STALLED     works until it is stopped, as `working` runs it
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":
    import django

    django.setup()

from django.db import connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from factcheck.operations import worker

ROOT = Path(__file__).parents[2]


def work_off(queue: str) -> None:
    """Do the waiting jobs of the queue in threads of this process, and return."""

    async def run() -> None:
        connector = PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=4)
        with app.replace_connector(connector):
            async with app.open_async():
                await app.run_worker_async(
                    queues=[queue], concurrency=4, wait=False, listen_notify=False, install_signal_handlers=False
                )

    asyncio.run(run())


@contextmanager
def working(database: str, stalled: float = 1.5) -> Iterator[subprocess.Popen[str]]:
    """Run the worker as a process until the end of the block. Then kill it if it is still running."""
    process = subprocess.Popen(
        # -P: without it, the package `api` in the file's folder would be imported.
        [sys.executable, "-P", __file__, database, str(stalled)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@app.task(name="test.leave_a_line")
def leave_a_line(file: str) -> None:
    """Write a line to the file. The first run never ends, so a test has to kill its process."""
    with Path(file).open("a") as out:
        out.write(f"{os.getpid()}\n")
    if len(Path(file).read_text().splitlines()) == 1:
        time.sleep(3600)


if __name__ == "__main__":
    for alias in connections.settings.values():
        alias["NAME"] = sys.argv[1]
    worker.STALLED = float(sys.argv[2])
    worker.main()
