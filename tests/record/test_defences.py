"""The record defends itself against SQL that goes round the application."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, ProgrammingError, connections, transaction

from factcheck.record.models import LogEntry
from tests.drafts import make_newsroom, make_review, publish_review

SUBJECT = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def published(module_database: str) -> Iterator[LogEntry]:
    newsroom = make_newsroom()
    return publish_review(newsroom, make_review(newsroom))


def run(sql: str, params: Any = None, alias: str = "default") -> None:
    """Runs the statement and commits."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record_logentry SET digest = repeat('0', 64)",
        "UPDATE record_logentry SET at = now()",
        "DELETE FROM record_logentry",
        "TRUNCATE record_logentry CASCADE",
        "UPDATE record_revisiondocument SET document = 'x'",
        "UPDATE record_revisiondocument SET salt = decode(repeat('00', 32), 'hex')",
        "DELETE FROM record_revisiondocument",
        "TRUNCATE record_revisiondocument",
    ],
)
def test_record_refuses_change(published: LogEntry, alias: str, sql: str) -> None:
    with pytest.raises(DatabaseError):
        run(sql, alias=alias)
    assert LogEntry.objects.get().digest == published.digest


@pytest.mark.parametrize(
    "sql",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE record_logentry DISABLE TRIGGER ALL",
        "DROP TRIGGER entry_fixed ON record_logentry",
        "DROP TABLE record_revisiondocument",
        "CREATE OR REPLACE FUNCTION record_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE mine (id int)",
        "SET ROLE factcheck_owner",
    ],
)
def test_application_role_cannot_disarm(published: LogEntry, sql: str) -> None:
    with pytest.raises(ProgrammingError):
        run(sql)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("sequence", 2, "log entry 2 does not follow 0"),
        ("sequence", 0, "log entry 0 does not follow 0"),
        ("number", 2, "revision 2 of"),
        ("kind", "review.correction", "review.correction cannot follow"),
        ("at", "2001-01-01T00:00:00Z", "is dated before"),
    ],
)
def test_entry_out_of_line_is_refused(published: LogEntry, field: str, value: object, message: str) -> None:
    row: dict[str, object] = {
        "sequence": 1, "at": "2126-01-01T00:00:00Z", "kind": "review.original", "subject": SUBJECT, "number": 1,
        "digest": "0" * 64,
    } | {field: value}  # fmt: skip
    with pytest.raises(IntegrityError, match=message):
        run(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " VALUES (%(sequence)s, %(at)s, %(kind)s, %(subject)s, %(number)s, %(digest)s)",
            row,
        )


def test_entry_without_document_is_refused_at_commit(database: str) -> None:
    with pytest.raises(IntegrityError, match="log entry 0 has no document"):
        run(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " VALUES (0, now(), 'review.original', %s, 1, repeat('0', 64))",
            [SUBJECT],
        )


def test_document_that_is_not_the_entrys_is_refused(database: str) -> None:
    with pytest.raises(IntegrityError, match="has not its digest"):
        run(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            f" VALUES (0, now(), 'review.original', '{SUBJECT}', 1, repeat('0', 64));"
            "INSERT INTO record_revisiondocument (sequence, salt, document)"
            " VALUES (0, decode(repeat('00', 32), 'hex'), 'x')"
        )


def test_entry_constraints_are_refused(database: str) -> None:
    for values, name in (
        ("(-1, now(), 'review.original', %s, 1, repeat('0', 64))", "does not follow"),
        ("(0, now(), 'review.original', %s, 1, repeat('Z', 64))", "logentry_digest_hex"),
    ):
        with pytest.raises(IntegrityError, match=name):
            run(f"INSERT INTO record_logentry (sequence, at, kind, subject, number, digest) VALUES {values}", [SUBJECT])


@pytest.mark.parametrize("table", ["record_logentry", "record_publishedreview", "record_revisiondocument"])
def test_reading_role_reads_the_record(published: LogEntry, table: str) -> None:
    with connections["public"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (1,)


READING_MUST_FAIL = [
    *(f"SELECT * FROM {table}" for table in (
        "editorial_review", "editorial_claim", "editorial_user", "editorial_approval", "editorial_source",
        "editorial_editorialevent", "editorial_membership", "django_session", "django_admin_log", "auth_group",
        "django_migrations", "pg_authid",
    )),
    *(f"{verb} {table}" for table in ("record_logentry", "record_revisiondocument", "record_publishedreview",
      "record_publishedclaim", "record_publishedreference") for verb in ("DELETE FROM", "TRUNCATE", "DROP TABLE")),
    "UPDATE record_publishedreview SET body = '{}'",
    "INSERT INTO record_publishedreference (kind, key, name, sequence, body) VALUES ('topic', 'x', 'x', 0, '{}')",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SET ROLE factcheck_owner",
    "SET SESSION AUTHORIZATION factcheck_owner",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY record_logentry TO PROGRAM 'cat'",
    "SELECT lo_create(0)",
]  # fmt: skip


@pytest.mark.parametrize("sql", READING_MUST_FAIL)
def test_reading_role_can_only_read(published: LogEntry, sql: str) -> None:
    with pytest.raises((ProgrammingError, InternalError)):
        run(sql, alias="public")


def test_reading_role_is_another_role(published: LogEntry) -> None:
    users = set()
    for alias in ("default", "public", "owner"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, session_user")
            current, session = cursor.fetchone()
            assert current == session
            users.add(current)
    assert len(users) == 3
