"""How many bytes a published review takes: on the disk by kind of table, in the write-ahead log, and in a backup.

    python bench/sizes.py [--reviews 50000] [--singles 200]

Publishes generated reviews through record.publish in batches, then some one by one, and gives each a vector. Then
the site is backed up and restored into an empty database. The editors' rule that entries need an approval is
switched off by the owner: this measures the record, and not its drafts.
"""

import argparse
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage
from generated import Reviews
from loading import make_database, own_server, use
from table import report
from vectors import load_vectors

BATCH = 1000
GROUPS = {
    "log and documents": ("logentry", "revisiondocument", "logtile", "logcheckpoint"),
    "rows for readers": ("published", "past", "word"),
    "vectors": ("reviewvector",),
}
SIZES = (
    "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relname LIKE 'record\\_%'"
)


def value(sql: str) -> Any:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def execute(sql: str) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)


def publish(reviews: int, singles: int) -> float:
    """Fills the log. Returns the bytes of write-ahead log of one publication."""
    from factcheck.record import publish
    from factcheck.record.log import entries as log

    execute("ALTER TABLE record_logentry DISABLE TRIGGER entry_was_approved")
    made, indexes = Reviews(1), count()

    def published(number: int) -> None:
        batch = [made.statement(next(indexes)) for _ in range(number)]
        publish.publish([log.Publication(subject=UUID(each["id"]), statement=each) for each in batch])

    for done in range(0, reviews - singles, BATCH):
        published(min(BATCH, reviews - singles - done))
        sys.stderr.write(f"\r{done}/{reviews}")
    begun = value("SELECT pg_current_wal_lsn() - '0/0'")[0][0]
    for _ in range(singles):
        published(1)
    sys.stderr.write("\r")
    return float(value("SELECT pg_current_wal_lsn() - '0/0'")[0][0] - begun) / singles


def rows_of_sizes(reviews: int) -> list[str]:
    found = {name: (table, indexes) for name, table, indexes in value(SIZES)}
    rows = []
    for group, beginnings in GROUPS.items():
        tables = [name for name in found if name.removeprefix("record_").startswith(beginnings)]
        data, indexes = (sum(found[name][place] for name in tables) / reviews for place in (0, 1))
        rows.append(f"| {group}, for each review | – | – | – | {data:,.0f} bytes, {indexes:,.0f} in indexes |")
    return rows


def back_up_and_restore(folder: Path) -> str:
    from django.core.management import call_command

    identity = pyrage.x25519.Identity.generate()
    (folder / "key").write_text(str(identity))
    begun = time.perf_counter()
    call_command("backup", folder=str(folder / "made"), recipient=str(identity.to_public()), verbosity=0)
    written = time.perf_counter() - begun
    (file,) = (folder / "made").glob("*.age")
    size = value("SELECT pg_database_size(current_database())")[0][0]
    use("empty")
    begun = time.perf_counter()
    call_command("restore", str(file), identity=folder / "key", verbosity=0)
    read = time.perf_counter() - begun
    return (
        f"| backup, and restore with all checks | – | – | – | {size / 2**20:,.0f} MiB of database,"
        f" {file.stat().st_size / 2**20:,.0f} MiB of file; {written:.1f} s, {read:.1f} s |"
    )


def make_empty_database(name: str) -> None:
    """A database as `python -m factcheck.database roles` creates it."""
    from django.conf import settings

    from factcheck.database import roles

    cluster = settings.DATABASE_SERVER
    logins = cluster.logins()
    with cluster.superuser() as superuser:
        for line in (roles.create_database(name, logins), *roles.connect_rights(name, logins)):
            superuser.execute(line)
        with cluster.superuser(name) as inside:
            for line in (*roles.schema_rights(logins), *roles.create_extensions()):
                inside.execute(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reviews", type=int, default=50_000)
    parser.add_argument("--singles", type=int, default=200)
    options = parser.parse_args()
    with own_server():
        from django.conf import settings

        make_database("filled")
        make_empty_database("empty")
        use("filled")
        logged = publish(options.reviews, options.singles)
        execute("TRUNCATE record_reviewvector")  # publications add rows that wait for a vector
        load_vectors(options.reviews)
        report(rows_of_sizes(options.reviews))
        report([f"| one publication in the write-ahead log | – | – | – | {logged:,.0f} bytes |"])
        report([back_up_and_restore(settings.VAR)])


if __name__ == "__main__":
    main()
