"""The same rows in a SQLite file with the same columns and indexes, served by Datasette."""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COLUMNS = ("id", "published_at", "language", "verdict", "reviewed_on", "body")


def write(file: Path, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write the rows, with times in the format of RFC 3339."""
    database = sqlite3.connect(file)
    database.execute(f"CREATE TABLE reviews ({', '.join(f'{name} TEXT' for name in COLUMNS)}, PRIMARY KEY (id))")
    database.executemany(f"INSERT INTO reviews VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    database.execute("CREATE INDEX reviews_published ON reviews (published_at DESC, id DESC)")
    database.execute("CREATE INDEX reviews_verdict ON reviews (verdict, language, published_at DESC, id DESC)")
    database.execute("ANALYZE")
    database.commit()
    database.close()


if "BENCH_SQLITE" in os.environ:
    from datasette.app import Datasette

    application = Datasette([], immutables=[os.environ["BENCH_SQLITE"]], settings={"suggest_facets": False}).app()
