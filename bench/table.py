"""The rows of all measurements in one table.

    python bench/table.py        prints what the programs have added since `make bench` began

Each program prints its rows, and adds them to the file that BENCH_TABLE names.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

HEAD = "| work | compared with | ratio | target | measured |\n|---|---|---|---|---|"


def options_of(description: str | None, **defaults: float | None) -> argparse.Namespace:
    """Return a program's options, which are numbers. None means that there is no limit."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=float if isinstance(default, float) else int, default=default)
    return parser.parse_args()


def report(rows: Iterable[str]) -> None:
    """Print each row of five cells as soon as it is measured."""
    for row in rows:
        print(row, flush=True)
        if file := os.environ.get("BENCH_TABLE"):
            with open(file, "a", encoding="utf-8") as table:
                table.write(f"{row}\n")


def ratio_row(work: str, compared: str, ours: float, other: float, target: str) -> str:
    """Return the row for two times in seconds."""
    return f"| {work} | {compared} | {ours / other:.2f} × | {target} | {ours * 1000:.1f} ms, {other * 1000:.1f} ms |"


def seconds_of(work: Callable[[], Any]) -> float:
    """Return the seconds that the work takes, even if it gives up after its time limit."""
    begun = time.perf_counter()
    with suppress(TimeoutError):
        work()
    return time.perf_counter() - begun


def p95(call: Callable[[str], Any], queries: list[str], rounds: int) -> float:
    """Return the 95th percentile over the queries, in seconds. Each query counts with its median over the rounds.

    A first round warms up and doesn't count.
    """
    taken = [[seconds_of(lambda query=query: call(query)) for query in queries] for _ in range(rounds + 1)][1:]
    medians = sorted(statistics.median(times) for times in zip(*taken, strict=True))
    return medians[round(0.95 * (len(medians) - 1))]


def main() -> None:
    rows = Path(os.environ["BENCH_TABLE"]).read_text(encoding="utf-8")
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python, (load, *_) = sys.version.split()[0], os.getloadavg()
    print(f"{cores} processors, {memory:.0f} GiB, {sys.platform}, Python {python}; load at the end {load:.1f}\n")
    print(f"{HEAD}\n{rows}", end="")


if __name__ == "__main__":
    main()
