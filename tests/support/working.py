"""The worker on a test's own database: in this process until the queue is empty, or as a process that can be killed.

python -P tests/support/working.py DATABASE STALLED     works until it is stopped; run by `working`
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
    """Does what waits in the queue now, in threads of this process, and comes back."""

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
    """The worker as a process; what is left of it at the end is killed."""
    process = subprocess.Popen(
        # -P: beside this file lies another package of the name `api`.
        [sys.executable, "-P", str(ROOT / "tests" / "working.py"), database, str(stalled)],
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
    """The first time it never ends: its process has to be killed."""
    with Path(file).open("a") as out:
        out.write(f"{os.getpid()}\n")
    if len(Path(file).read_text().splitlines()) == 1:
        time.sleep(3600)


if __name__ == "__main__":
    for alias in connections.settings.values():
        alias["NAME"] = sys.argv[1]
    worker.STALLED = float(sys.argv[2])
    worker.main()
