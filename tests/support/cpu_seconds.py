"""The CPU seconds of a run, which `budget.toml` records. Unlike the time on a clock, they hardly depend on what else runs."""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings


def of_python() -> float:
    """Return the seconds of this process and of its child processes that have ended, such as the workers."""
    return sum(os.times()[:4])


def of_server() -> float:
    """Return the seconds of the tests' PostgreSQL so far. Only Linux tells them."""
    with suppress(OSError, IndexError):
        server = (settings.DATABASE_SERVER.data / "postmaster.pid").read_text().splitlines()[0]
        running = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        return _ticks(server, fields=4) + sum(_ticks(process, fields=2) for process in running)
    return 0.0


def _ticks(process: str, fields: int) -> float:
    """Return the seconds of a process. The third and fourth field are those of its child processes that have ended."""
    with suppress(OSError):
        values = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:]
        return sum(map(int, values[:fields])) / os.sysconf("SC_CLK_TCK")
    return 0.0
