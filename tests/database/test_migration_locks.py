"""A migration that waits for a lock gives up before readers wait behind it for long."""

import threading
import time
from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations import RunSQL

from factcheck.database import migration_locks
from factcheck.database.problems import DatabaseProblem
from factcheck.database.source import parse_url
from factcheck.operations.management.commands import migrate
from factcheck.record.log.entries import LOCK
from factcheck.record.models import RecordAddress
from tests.support.migrating import add_migration

ADD_COLUMN = RunSQL("ALTER TABLE record_logentry ADD COLUMN made_up bigint")
ADD_INDEX = RunSQL("CREATE INDEX CONCURRENTLY made_up ON record_logentry (at)")


@pytest.fixture
def long_transaction(database: str) -> Iterator[psycopg.Connection]:
    """For example a backup, which reads the whole log."""
    parameters = connections["default"].get_connection_params()
    with psycopg.connect(**{name: parameters[name] for name in ("host", "dbname", "user", "password")}) as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM record_logentry")
        yield reader


@pytest.fixture(autouse=True)
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "lock_limit", lambda connection: migration_locks.lock_limit(connection, 0.5))


def run_migrate() -> None:
    call_command("migrate", database="owner", verbosity=0)


def test_migration_behind_a_lock_gives_up_and_can_run_again(long_transaction, monkeypatch):
    add_migration(monkeypatch, ADD_COLUMN)
    with pytest.raises(DatabaseProblem) as problem:
        run_migrate()
    assert str(problem.value) == (
        "The migration waited 0.5 seconds for a lock and gave up, because readers would have waited behind it. Stop the "
        "services, or wait until backups and imports have ended. Then run migrate again."
    )
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM record_logentry")
    long_transaction.rollback()
    run_migrate()
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT count(made_up) FROM record_logentry")
        assert cursor.fetchone() == (0,)


def test_rebuild_after_changed_url_rules_gives_up_behind_an_import(long_transaction):
    RecordAddress.objects.create(url=settings.SITE_URL, url_rules=0)
    long_transaction.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    with pytest.raises(DatabaseProblem):
        run_migrate()


def test_concurrent_index_waits_for_old_transactions(long_transaction, monkeypatch):
    """Nobody waits behind it, and giving up would leave an invalid index."""
    add_migration(monkeypatch, ADD_INDEX, atomic=False)
    begun = time.monotonic()
    end = threading.Timer(1.5, long_transaction.rollback)
    end.start()
    run_migrate()
    end.join()
    assert time.monotonic() - begun > 1.5
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'made_up'::regclass")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize("name", ["0004_origins", "0009_counted_original_verdicts"])
def test_migration_of_several_statements_can_run_again(database: str, name: str) -> None:
    """Django starts a migration that failed from its first statement."""
    with connections["owner"].cursor() as cursor:
        for statement in import_module(f"factcheck.record.migrations.{name}").STATEMENTS * 2:
            cursor.execute(statement)


def test_limit_in_the_url_takes_precedence(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://owner@localhost/factcheck?options=-c%20lock_timeout%3D3s"
    owner = connections["owner"]
    owner.close()
    monkeypatch.setitem(owner.settings_dict, "OPTIONS", parse_url("OWNER_DATABASE_URL", url)["OPTIONS"])
    with migration_locks.lock_limit(owner), owner.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("3s",)


def test_limit_ends_with_the_migration(database: str) -> None:
    owner = connections["owner"]
    with migration_locks.lock_limit(owner), owner.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("10s",)
    assert owner.connection is None
