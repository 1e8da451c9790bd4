"""The record defends itself against SQL that goes round the application."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, ProgrammingError, connections, transaction
from django.db.models import CheckConstraint, Q
from django.utils import timezone

from factcheck.record.formats.canonical import canonical, rfc3339, sha256_hex
from factcheck.record.log.notes import SigningKey
from factcheck.record.models import LogEntry
from tests.record.conftest import make_statement
from tests.support.drafts import make_newsroom
from tests.support.sql import execute

SUBJECT = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def published(module_database: str) -> Iterator[LogEntry]:
    newsroom = make_newsroom()
    return newsroom.publish_review(newsroom.make_review())


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
        execute(sql, alias=alias)
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
        execute(sql)


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
        execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " VALUES (%(sequence)s, %(at)s, %(kind)s, %(subject)s, %(number)s, %(digest)s)",
            row,
        )


def test_entry_without_document_is_refused_at_commit(database: str) -> None:
    with pytest.raises(IntegrityError, match="log entry 0 has no document"):
        execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " VALUES (0, now(), 'review.original', %s, 1, repeat('0', 64))",
            [SUBJECT],
        )


def test_document_that_is_not_the_entrys_is_refused(database: str) -> None:
    with pytest.raises(IntegrityError, match="has not its digest"):
        execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            f" VALUES (0, now(), 'review.original', '{SUBJECT}', 1, repeat('0', 64));"
            "INSERT INTO record_revisiondocument (sequence, salt, document)"
            " VALUES (0, decode(repeat('00', 32), 'hex'), 'x')"
        )


def test_document_before_its_entry_is_refused(database: str) -> None:
    with pytest.raises(IntegrityError, match="has not its digest"):
        execute(
            "INSERT INTO record_revisiondocument (sequence, salt, document)"
            " VALUES (0, decode(repeat('00', 32), 'hex'), 'x');"
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            f" VALUES (0, now(), 'review.original', '{SUBJECT}', 1, repeat('0', 64))"
        )


def insert_update(changes: dict[str, Any]) -> None:
    """The second revision of the review SUBJECT by SQL that goes round the application, with other values in its document."""
    first, second = "2026-10-01T08:00:00.000000Z", "2026-10-02T09:30:00.250000Z"
    said = make_statement(UUID(SUBJECT))
    documents = [
        said | {
            "published_at": first, "updated_at": first, "corrections": [],
            "revision": {"number": 1, "kind": "original", "class": None, "note": None},
        },
        said | {
            "published_at": first, "updated_at": second,
            "revision": {"number": 2, "kind": "update", "class": "update", "note": "Có số liệu mới."},
            "corrections": [{
                "revision": 2, "at": second, "kind": "update", "class": "update", "note": "Có số liệu mới.",
                "publisher": "kiemchung.example",
                "verdict_before": {"scale": "truth", "slug": "false", "label": "Sai"},
                "verdict_after": {"scale": "truth", "slug": "false", "label": "Sai"},
            }],
        } | changes,
    ]  # fmt: skip
    salt = b"\x07" * 32
    with transaction.atomic(), connections["default"].cursor() as cursor:
        for number, (at, document) in enumerate(zip((first, second), documents, strict=True), 1):
            data, kind = json.dumps(document).encode(), ("review.original", "review.update")[number - 1]
            cursor.execute(
                "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest) VALUES (%s, %s, %s, %s, %s, %s)",
                [number - 1, at, kind, SUBJECT, number, sha256_hex(salt + data)],
            )
            cursor.execute("INSERT INTO record_revisiondocument VALUES (%s, %s, %s)", [number - 1, salt, data])


UPDATE = {"number": 2, "kind": "update", "class": "update", "note": "Có số liệu mới."}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "22222222-2222-4222-8222-222222222222"},
        {"published_at": "2025-01-01T00:00:00.000000Z"},
        {"updated_at": "2026-10-01T08:00:00.000000Z"},
        {"revision": UPDATE | {"number": 1}},
        {"revision": UPDATE | {"number": 2.0}},
        {"revision": UPDATE | {"kind": "original"}},
        {"revision": UPDATE | {"more": "Điều mà không ai duyệt."}},
        {"revision": None},
        {"corrections": []},
        {"corrections": None},
        {"corrections": [{"note": "Điều mà không ai duyệt."}]},
    ],
)
def test_document_that_does_not_follow_is_refused(bare_record: None, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="the document of log entry 1 does not follow from the log"):
        insert_update(changes)


METADATA = {"number": 2, "kind": "update", "class": "metadata", "note": "Ngày tháng."}


def test_change_of_metadata_is_no_correction(bare_record: None) -> None:
    insert_update({"revision": METADATA, "corrections": [], "reviewed_on": "2026-09-30", "language": "en"})


def test_change_of_metadata_that_lists_itself_is_refused(bare_record: None) -> None:
    with pytest.raises(IntegrityError, match="the document of log entry 1 does not follow from the log"):
        insert_update({"revision": METADATA})


@pytest.mark.parametrize("key", ["headline", "summary", "body", "sources", "claim", "verdict"])
def test_change_of_metadata_that_changes_the_content_is_refused(bare_record: None, key: str) -> None:
    said = make_statement(UUID(SUBJECT))
    changed = {
        "claim": said["claim"] | {"text": "Lũ đã rút."}, "verdict": said["verdict"] | {"explanation": "Khác."},
        "sources": [{"title": "Khác"}],
    }.get(key, "Khác.")  # fmt: skip
    with pytest.raises(IntegrityError, match="the change of metadata in log entry 1 changes the content"):
        insert_update({"revision": METADATA, "corrections": [], key: changed})


def test_document_without_the_one_before_it_is_refused(bare_record: None) -> None:
    at, salt = "2026-10-01T08:00:00.000000Z", b"\x07" * 32
    revision = {"number": 2, "kind": "withdrawal", "class": None, "note": None}
    added = {"id": SUBJECT, "published_at": None, "updated_at": at, "revision": revision, "corrections": []}
    said = canonical(added)
    with pytest.raises(IntegrityError, match="the document of log entry 1 does not follow from the log"):
        execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            f" VALUES (0, '{at}', 'review.original', '{SUBJECT}', 1, repeat('0', 64)),"
            f" (1, '{at}', 'review.withdrawal', '{SUBJECT}', 2, '{sha256_hex(salt + said)}');"
            f"INSERT INTO record_revisiondocument VALUES (1, '\\x{salt.hex()}', '\\x{said.hex()}')"
        )


def test_document_that_follows_is_taken(bare_record: None) -> None:
    insert_update({})
    assert LogEntry.objects.count() == 2


def test_entry_constraints_are_refused(database: str) -> None:
    for values, name in (
        ("(-1, now(), 'review.original', %s, 1, repeat('0', 64))", "does not follow"),
        ("(0, now(), 'review.original', %s, 1, repeat('Z', 64))", "logentry_digest_hex"),
    ):
        with pytest.raises(IntegrityError, match=name):
            execute(
                f"INSERT INTO record_logentry (sequence, at, kind, subject, number, digest) VALUES {values}", [SUBJECT]
            )


def test_entry_of_an_unknown_kind_is_refused(published: LogEntry) -> None:
    with pytest.raises(IntegrityError, match="logentry_kind_known"):
        execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " VALUES (1, now(), 'review.sale', %s, 2, repeat('0', 64))",
            [published.subject],
        )


def test_every_kind_of_the_log_is_known_to_the_database() -> None:
    (known,) = [rule for rule in LogEntry._meta.constraints if rule.name == "logentry_kind_known"]
    assert isinstance(known, CheckConstraint)
    assert known.condition == Q(kind__in=LogEntry.Kind.values)


FIRST, SECOND, THIRD = (SigningKey("log.example", bytes([n]) * 32) for n in range(3))


def insert_rotation(old: SigningKey, new: SigningKey, changes: dict[str, Any]) -> None:
    """A rotation by SQL that goes round the application, with other values (None: without the key) in its document."""
    keys = f"{old.verifier()}\n{new.verifier()}\n"
    subject, at, salt = UUID(bytes=new.verifier().digest[:16]), timezone.now(), b"\x07" * 32
    document = {
        "id": str(subject), "old_key": str(old.verifier()), "new_key": str(new.verifier()), "signature": old.sign(keys),
        "published_at": rfc3339(at), "updated_at": rfc3339(at), "corrections": [],
        "revision": {"number": 1, "kind": "rotation", "class": None, "note": None}, **changes,
    }  # fmt: skip
    data = canonical({key: value for key, value in document.items() if value is not None})
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " SELECT count(*), %s, 'key.rotation', %s, 1, %s FROM record_logentry",
            [at, subject, sha256_hex(salt + data)],
        )
        cursor.execute(
            "INSERT INTO record_revisiondocument (sequence, salt, document)"
            " SELECT max(sequence), %s, %s FROM record_logentry",
            [salt, data],
        )


@pytest.mark.parametrize(
    ("old", "new", "changes", "message"),
    [
        (FIRST, THIRD, {}, "log entry 1 replaces the key .*, but the log was handed to"),
        (THIRD, FIRST, {}, "log entry 1 replaces the key .*, but the log was handed to"),
        (SECOND, THIRD, {"more": "x"}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"signature": None}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"signature": ""}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"signature": 1}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"id": SUBJECT}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"old_key": None}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"new_key": "x"}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"new_key": str(SECOND.verifier())}, "log entry 1 is not a rotation"),
        (SECOND, SigningKey("other.example", b"x" * 32), {}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"published_at": "2026-01-01T00:00:00.000000Z"}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"corrections": [{"note": "x"}]}, "log entry 1 is not a rotation"),
        (SECOND, THIRD, {"revision": {"number": 1, "kind": "rotation"}}, "log entry 1 is not a rotation"),
    ],
)  # fmt: skip
def test_rotation_that_could_not_be_is_refused(rotated, old, new, changes, message):
    with pytest.raises(IntegrityError, match=message):
        insert_rotation(old, new, changes)
    assert LogEntry.objects.count() == 1


@pytest.fixture
def rotated(database: str) -> None:
    """A log whose one entry hands it from the first key to the second."""
    insert_rotation(FIRST, SECOND, {})


def test_rotation_that_follows_is_taken(rotated: None) -> None:
    insert_rotation(SECOND, THIRD, {})
    insert_rotation(THIRD, FIRST, {})
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize("table", ["record_logentry", "record_publishedreview", "record_revisiondocument"])
def test_reading_role_reads_the_record(published: LogEntry, table: str) -> None:
    with connections["public"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (1,)


READING_MUST_FAIL = [
    *(f"SELECT * FROM {table}" for table in (
        "editorial_review", "editorial_claim", "editorial_user", "editorial_proposal", "editorial_source",
        "editorial_editorialevent", "editorial_membership", "editorial_session", "editorial_secondfactor", "auth_group",
        "editorial_readermessage", "django_migrations", "pg_authid",
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
        execute(sql, alias="public")


def test_reading_role_is_another_role(published: LogEntry) -> None:
    users = set()
    for alias in ("default", "public", "owner"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, session_user")
            current, session = cursor.fetchone()
            assert current == session
            users.add(current)
    assert len(users) == 3


def test_triggers_ask_no_temporary_table(published: LogEntry) -> None:
    """The application may make none; a role that may could tell the triggers anything."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prorettype = 'trigger'::regtype AND proname ~ '^(record|editorial|webhooks)_'"
            " AND array_to_string(proconfig, ' ') !~ 'search_path=(pg_catalog, public, pg_temp|pg_catalog, pg_temp)'"
            " IS NOT FALSE"
        )
        assert cursor.fetchall() == []
        cursor.execute("CREATE TEMPORARY TABLE record_logentry AS TABLE public.record_logentry")
        cursor.execute(
            "INSERT INTO record_logentry SELECT 99, at, 'review.erasure', subject, 2, digest FROM record_logentry"
        )
        try:
            with pytest.raises(IntegrityError, match="no erasure of it is in the log"):
                cursor.execute("DELETE FROM public.record_revisiondocument")
        finally:
            cursor.execute("DROP TABLE pg_temp.record_logentry")
