"""From variables to connections: what is taken, what is refused and how it is said."""

import os
import re
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from factcheck.database import DatabaseProblem, roles, source
from factcheck.database.__main__ import main, script
from factcheck.database.base import DatabaseWrapper
from factcheck.database.remote import Remote
from factcheck.database.source import parse_url

URL = "postgresql://owner:p%40ss@db.example:6543/facts?sslmode=require"
READER = "postgresql://reader:r@db.example:6543/facts"


def test_url_with_everything():
    assert parse_url("DATABASE_URL", URL) == {
        "NAME": "facts",
        "USER": "owner",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "require"},
    }


def test_url_of_a_socket():
    assert parse_url("DATABASE_URL", "postgres://me@/facts?host=/run/post%20gres") == {
        "NAME": "facts",
        "USER": "me",
        "PASSWORD": "",
        "HOST": "/run/post gres",
        "PORT": "",
        "OPTIONS": {},
    }


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:b@c/d",
        "postgresql://a:b@c",
        "postgresql://a:b@c/",
        "postgresql://a:b@c:port/d",
        "postgresql://a@c/d/e",
        "facts.sqlite",
    ],
)
def test_url_that_names_no_database_is_a_sentence(url: str):
    with pytest.raises(DatabaseProblem) as problem:
        parse_url("PUBLIC_DATABASE_URL", url)
    assert str(problem.value) == (
        "PUBLIC_DATABASE_URL isn't a PostgreSQL URL. Use a URL like "
        "postgresql://factcheck_app:password@localhost:5432/factcheck, with special characters percent-encoded."
    )


def test_three_urls_and_kept_connections(tmp_path: Path):
    owner = "postgresql://boss:b@db.example/facts"
    environ = {
        "DATABASE_URL": URL,
        "PUBLIC_DATABASE_URL": READER,
        "OWNER_DATABASE_URL": owner,
        "DATABASE_CONNECTION_AGE": "3",
    }
    databases = source(environ, tmp_path).databases
    assert {alias: database["USER"] for alias, database in databases.items()} == {
        "default": "owner",
        "public": "reader",
        "owner": "boss",
    }
    assert databases["default"]["OPTIONS"] == {"sslmode": "require"}
    assert [databases[alias]["CONN_MAX_AGE"] for alias in ("default", "public", "owner")] == [3, 3, 0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"DATABASE_URL": URL, "PUBLIC_DATABASE_URL": READER}, {"owner": "OWNER_DATABASE_URL"}),
        ({"PUBLIC_DATABASE_URL": READER}, {"default": "DATABASE_URL", "owner": "OWNER_DATABASE_URL"}),
    ],
)
def test_alias_without_its_url_is_a_sentence_when_it_is_used(environ, missing, tmp_path):
    databases = source(environ, tmp_path).databases
    assert databases["public"]["USER"] == "reader"
    for alias in ("default", "public", "owner"):
        if alias not in missing:
            assert "MISSING" not in databases[alias]
            continue
        with pytest.raises(DatabaseProblem, match=f"role of {missing[alias]}, because {missing[alias]} isn't set. Run"):
            DatabaseWrapper({**databases[alias], "TIME_ZONE": None}).get_connection_params()


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        (
            {"PUBLIC_DATABASE_URL": READER, "OWNER_DATABASE_URL": URL},
            "OWNER_DATABASE_URL is set without DATABASE_URL. Run `.venv/bin/python -m factcheck.database roles`",
        ),
        (
            {"DATABASE_URL": URL, "OWNER_DATABASE_URL": URL},
            "DATABASE_URL is set without PUBLIC_DATABASE_URL. Run `.venv/bin/python -m factcheck.database roles`",
        ),
        (
            {"DATABASE_CONNECTION_AGE": "long"},
            "DATABASE_CONNECTION_AGE is 'long'. Set the number of seconds for which a thread keeps its connection, for example 600",
        ),
    ],
)
def test_half_a_configuration_is_a_sentence(environ: dict[str, str], sentence: str, tmp_path: Path):
    with pytest.raises(DatabaseProblem, match=re.escape(sentence)):
        source(environ, tmp_path)


def test_unreachable_server_is_a_sentence(tmp_path: Path):
    nowhere = "postgresql://a:b@127.0.0.1:1/facts"
    with pytest.raises(DatabaseProblem, match=r"^The database in DATABASE_URL can't be used: .+refused"):
        source({"DATABASE_URL": nowhere, "PUBLIC_DATABASE_URL": nowhere}, tmp_path).prepare()


class Answers:
    """A connection that says what an old or bare server would."""

    class info:  # noqa: N801 (psycopg's attribute)
        server_version = 160000

    def __init__(self, **extensions: str) -> None:
        self.extensions = extensions

    def execute(self, query: str) -> "Answers":
        return self

    def fetchall(self) -> list[tuple[str, str]]:
        return [*self.extensions.items()]


def test_old_server_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Answers.info, "server_version", 130011)
    with pytest.raises(DatabaseProblem) as problem:
        Remote({}).check(Answers())  # type: ignore[arg-type]
    assert str(problem.value) == "The server in DATABASE_URL is PostgreSQL 13. Use version 14 or later."


def test_missing_extensions_are_a_sentence():
    with pytest.raises(DatabaseProblem) as problem:
        Remote({}).check(Answers(pg_trgm="1.6", plpgsql="1.0"))  # type: ignore[arg-type]
    assert str(problem.value) == (
        "The PostgreSQL server in DATABASE_URL doesn't have the extensions unaccent, btree_gin, vector. Install its "
        "contrib modules (Fedora: postgresql-contrib; Debian: part of postgresql) and, for vector, pgvector "
        "(Fedora: pgvector; Debian: postgresql-18-pgvector, with the server's own number)."
    )


def test_old_pgvector_is_a_sentence():
    with pytest.raises(DatabaseProblem) as problem:
        Remote({}).check(Answers(pg_trgm="1.6", unaccent="1.1", btree_gin="1.3", vector="0.4.3"))  # type: ignore[arg-type]
    assert str(problem.value) == ("The PostgreSQL server in DATABASE_URL has pgvector 0.4.3. Install 0.7.0 or later.")


def test_roles_script_works_as_printed(template: str, capsys: pytest.CaptureFixture[str]):
    cluster = settings.DATABASE_SERVER
    name = f"printed_{os.getpid()}"
    main(["roles", "--database", name, "--server", "db.example:5432"])
    printed = capsys.readouterr().out
    variables = dict(re.findall(r"^-- (\w+)=(.*)$", printed, re.MULTILINE))
    assert list(variables) == ["DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL"]
    outside, inside = printed.split(f'\\connect "{name}"\n')
    with cluster.superuser() as superuser:
        try:
            for line in outside.splitlines():
                superuser.execute(line)
            with cluster.superuser(name) as connection:
                connection.execute(inside)
            parsed = parse_url("PUBLIC_DATABASE_URL", variables["PUBLIC_DATABASE_URL"])
            with psycopg.connect(
                host=str(cluster.directory.socket), dbname=name, user=parsed["USER"], password=parsed["PASSWORD"]
            ) as connection:
                found = connection.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
                kept = connection.execute("SHOW log_min_error_statement").fetchone()
                said = connection.execute("SHOW log_error_verbosity").fetchone()
            assert found == [("btree_gin",), ("pg_trgm",), ("plpgsql",), ("unaccent",), ("vector",)]
            assert (kept, said) == (("panic",), ("terse",))
        finally:
            superuser.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            for part in ("owner", "app", "public"):
                superuser.execute(f'DROP ROLE IF EXISTS "{name}_{part}"')


def test_roles_script_quotes_names():
    assert 'CREATE DATABASE "a""b" OWNER "a""b_owner"' in script('a"b', "h:1", "x")
    with pytest.raises(ValueError, match="backslash"):
        roles.literal("a\\b")
