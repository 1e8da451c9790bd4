"""The rows of all measurements in one table.

    python bench/table.py        prints what the measurements have added since `make bench` began

Each program prints its rows, and adds them to the file that BENCH_TABLE names.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

HEAD = "| work | beside | ratio | wanted | measured |\n|---|---|---|---|---|"


def report(rows: Iterable[str]) -> None:
    """Each row of five cells as soon as it is measured."""
    file = os.environ.get("BENCH_TABLE")
    for row in rows:
        print(row, flush=True)
        if file:
            with open(file, "a", encoding="utf-8") as table:
                table.write(f"{row}\n")


def ratio_row(work: str, beside: str, ours: float, other: float, wanted: str) -> str:
    """Of two times in seconds."""
    return f"| {work} | {beside} | {ours / other:.2f} × | {wanted} | {ours * 1000:.1f} ms, {other * 1000:.1f} ms |"


def p95(call: Callable[[str], Any], asked: list[str], rounds: int) -> float:
    """The 95th percentile over the queries, of each the median over the rounds; seconds."""
    taken: dict[str, list[float]] = {query: [] for query in asked}
    for _ in range(rounds):
        for query in asked:
            begun = time.perf_counter()
            with suppress(TimeoutError):  # the time until the call gives up counts
                call(query)
            taken[query].append(time.perf_counter() - begun)
    found = sorted(statistics.median(times) for times in taken.values())
    return found[round(0.95 * (len(found) - 1))]


def main() -> None:
    rows = Path(os.environ["BENCH_TABLE"]).read_text(encoding="utf-8")
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python, (load, *_) = sys.version.split()[0], os.getloadavg()
    print(f"{cores} processors, {memory:.0f} GiB, {sys.platform}, Python {python}; load at the end {load:.1f}\n")
    print(f"{HEAD}\n{rows}", end="")


if __name__ == "__main__":
    main()
