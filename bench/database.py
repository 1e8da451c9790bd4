"""A separate PostgreSQL server, configured as in production, which is filled with reviews and deleted afterwards."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import django
from django.db import connections

BATCH = 1000


@contextmanager
def own_server() -> Iterator[Path]:
    """Set up Django with an embedded PostgreSQL in a temporary folder, migrated and empty. Yield the folder."""
    folder = Path(tempfile.mkdtemp(prefix="factcheck-bench-"))
    folder.chmod(0o711)  # if root runs the program, PostgreSQL runs as another account, which needs access
    os.environ.update(
        FACTCHECK_VAR=str(folder), DJANGO_SETTINGS_MODULE="factcheck.settings",
        API_RATE_LIMIT="off", SEARCH_RATE_LIMIT="off",
    )  # fmt: skip
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    try:
        call_command("migrate", database="owner", verbosity=0)
        yield folder
    finally:
        connections.close_all()
        settings.DATABASE_SERVER.destroy()
        shutil.rmtree(folder)


def make_database(name: str) -> None:
    """Create an empty copy of the migrated database, and connect to it."""
    from django.conf import settings

    from factcheck.database import roles
    from factcheck.database.embedded import DATABASE

    cluster = settings.DATABASE_SERVER
    connections.close_all()
    with cluster.superuser() as superuser:
        superuser.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE} OWNER {cluster.logins().owner.name}")
        for line in roles.connect_rights(name, cluster.logins()):  # rights on the database itself aren't copied
            superuser.execute(line)
    use(name)


def use(name: str) -> None:
    """Connect each alias to this database from now on."""
    connections.close_all()
    for alias in connections.settings.values():
        alias["NAME"] = name


def execute(sql: str, parameters: Any = None) -> list[Any]:
    """Execute SQL as the owner, and return the rows."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def publish(statements: Iterable[dict[str, Any]], batch: int = BATCH) -> None:
    """Publish reviews in batches, without the rule that an editor has to approve them."""
    from factcheck.record import publish
    from factcheck.record.log import entries

    execute("ALTER TABLE record_logentry DISABLE TRIGGER entry_was_approved")
    begun, done, statements = time.perf_counter(), 0, iter(statements)
    while part := list(islice(statements, batch)):
        publish.publish([entries.Publication(UUID(each["id"]), each) for each in part])
        done += len(part)
        if batch > 1:
            sys.stderr.write(f"\r{done} reviews published, {time.perf_counter() - begun:.0f} s ")


@contextmanager
def rebuilt_indexes(models: Iterable[Any]) -> Iterator[None]:
    """Drop the models' secondary indexes, and build them at the end of the block, in memory and with two workers."""
    indexes = execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid::regclass::text = ANY(%s) AND NOT indisunique",
        [[model._meta.db_table for model in models]],
    )
    for name, _ in indexes:
        execute(f"DROP INDEX {name}")
    yield
    execute("SET maintenance_work_mem = '3GB'")  # enough for the graph of a million vectors
    execute("SET max_parallel_maintenance_workers = 2")
    for _, definition in indexes:
        execute(definition)
