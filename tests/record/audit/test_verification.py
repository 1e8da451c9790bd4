"""Checking from inside: what holds, and a first sample of what does not (the whole table is in `make prove`)."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from factcheck.record import publish
from factcheck.record.log import entries, tree
from factcheck.record.models import LogEntry, PublishedReview
from tests.record.conftest import disarm, publish_some
from tests.support.databases import Ground, ground_fixture


def _publish_302() -> None:
    disarm()
    tree.signing_key.cache_clear()
    publish_some(1)
    publish_some(300)
    (entry,) = publish_some(1)
    subject = str(entry.subject)
    statement = {
        "id": subject,
        "claim": {"id": subject},
        "publisher": {"site": "x.example"},
        "language": "vi",
        "headline": None,
    }
    publish.publish([entries.Publication(entry.subject, statement, LogEntry.Kind.WITHDRAWAL, note="Sai nguồn.")])


filled_ground = ground_fixture(_publish_302)


@pytest.fixture
def filled(filled_ground: Ground, database: str) -> None:
    tree.signing_key.cache_clear()


def test_verify_record_holds(filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_record")
    assert capsys.readouterr().out == "303 entries and 302 reviews are correct.\n"
    call_command("rebuild_record")
    call_command("verify_record")


def test_rebuild_record_names_a_document_that_is_gone(filled: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_revisiondocument DISABLE TRIGGER document_erased")
        cursor.execute("DELETE FROM record_revisiondocument WHERE sequence = 7")
    before = PublishedReview.objects.count()
    with pytest.raises(CommandError, match="document of entry 7 is gone"):
        call_command("rebuild_record")
    assert PublishedReview.objects.count() == before == 302


def test_verify_record_of_nothing(bare_record: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_record")
    assert capsys.readouterr().out == "0 entries and 0 reviews are correct.\n"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("UPDATE record_revisiondocument SET document = document || ' ' WHERE sequence = 5", "document of entry 5 doesn't match its digest"),
        ("UPDATE record_revisiondocument SET salt = decode(repeat('00', 32), 'hex') WHERE sequence = 6", "document of entry 6 doesn't match its digest"),
        ("DELETE FROM record_revisiondocument WHERE sequence = 7", "document of entry 7 is gone"),
        ("UPDATE record_logentry SET digest = repeat('0', 64) WHERE sequence = 8", "document of entry 8 doesn't match its digest"),
        ("UPDATE record_logentry SET at = at - interval '1 day' WHERE sequence = 9", "Entry 9 is dated before"),
        ("UPDATE record_logentry SET kind = 'review.update' WHERE sequence = 9", "document of entry 9 is of another"),
        ("UPDATE record_logtile SET hashes = overlay(hashes placing 'xx' from 100) WHERE level = 0 AND index = 1", "Tile 0/1 is not"),
        ("DELETE FROM record_logtile WHERE level = 1", "Tile 1/0 is not"),
        ("INSERT INTO record_logtile VALUES (3, 3, decode(repeat('00', 32), 'hex'))", "4 tiles instead of 3"),
        ("UPDATE record_logcheckpoint SET note = 'x' || note WHERE size = 301", "checkpoint of 301 entries"),
        ("DELETE FROM record_logcheckpoint WHERE size = 303", "303 entries, but no checkpoint of that size"),
        ("UPDATE record_publishedreview SET verdict = 'truth:true' WHERE sequence = 3", "published review .* is not what"),
        ("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng') WHERE sequence = 3", "published review"),
        ("DELETE FROM record_publishedreview WHERE sequence = 3", "published review"),
        ("UPDATE record_publishedclaim SET body = replace(body, 'Sai', 'Đúng') WHERE sequence = 4", "published claim"),
        ("INSERT INTO record_publishedreference (kind, key, name, sequence, body) VALUES ('topic', 'x', 'x', 0, '{}')", "3 rows of"),
        ("UPDATE record_profilechange SET body = '{}' WHERE key = ''", "The profile change .* is not what"),
        ("UPDATE record_publishedreference SET name = 'x' WHERE kind = 'verdict'", "The verdict truth:false"),
    ],
)  # fmt: skip
def test_verify_record_finds(filled: None, sql: str, message: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table in ("record_logentry", "record_revisiondocument", "record_logtile", "record_logcheckpoint"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
    with pytest.raises(CommandError, match=message):
        call_command("verify_record")
