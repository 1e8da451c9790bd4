"""A database that another version has made is refused with one sentence, before anything in it changes."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from factcheck.database.data_directory import DataDirectory
from factcheck.database.embedded import DATABASE, OWNER, Cluster
from factcheck.database.problems import DatabaseProblem
from factcheck.database.remote import Remote

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def old_var() -> Iterator[Path]:
    """As a site of an earlier version has left it, as far as Django's list of migrations shows."""
    var = Path(os.environ["FACTCHECK_VAR"]) / f"old {os.getpid()}"
    cluster = Cluster(var, durable=False)
    cluster.prepare()
    with cluster.superuser(DATABASE) as superuser:
        superuser.execute("CREATE TABLE django_migrations (id bigserial, app text, name text, applied timestamptz)")
        superuser.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('record', '0001_initial', now()),"
            " ('editorial', '0030_administrators_hold_no_role', now()), ('editorial', '0031_says_whose_it_is', now())"
        )
        superuser.execute(f"ALTER TABLE django_migrations OWNER TO {OWNER}")
    yield var
    cluster.destroy()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def record(app: str, migration: str) -> None:
    MigrationRecorder(connections["owner"]).record_applied(app, migration)


@pytest.mark.prove
@pytest.mark.parametrize("arguments", [["run"], ["migrate", "--database", "owner"]])
def test_old_folder_is_met_with_one_sentence(old_var: Path, arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "FACTCHECK_VAR": str(old_var), "PORT": free_port()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (
        1,
        f"The database in {old_var}/postgres contains the migration editorial.0031_says_whose_it_is, which this version "
        f"of the site doesn't have. To start with an empty database, move {old_var} away, or use the version that "
        "created the database.\n",
    )


def test_old_database_outside_of_the_folder_is_named_too(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root has it where PostgreSQL's account cannot enter the project's folder."""
    monkeypatch.setattr(settings.DATABASE_SERVER, "directory", DataDirectory(Path("/var/lib/fc"), Path("/tmp")))
    record("record", "0020_gone")
    with pytest.raises(DatabaseProblem, match=re.escape(f"move {settings.VAR} and /var/lib/fc away")):
        call_command("migrate", database="owner", verbosity=0)


def test_old_database_on_a_server_is_replaced_there(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATABASE_SERVER", Remote({}))
    monkeypatch.setattr(Remote, "prepare", lambda self, alias: None)
    record("record", "0020_gone")
    with pytest.raises(DatabaseProblem) as problem:
        call_command("migrate", database="owner", verbosity=0)
    assert str(problem.value) == (
        "The database in DATABASE_URL contains the migration record.0020_gone, which this version of the site "
        "doesn't have. Set DATABASE_URL to an empty database, or use the version that created the database."
    )


def test_migrations_that_another_package_has_dropped_are_none_of_ours(database: str) -> None:
    record("auth", "0000_squashed")
    call_command("migrate", database="owner", verbosity=0)
