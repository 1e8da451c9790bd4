"""The log's tree in the database: signed, stored, cheap to extend, refused to strangers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.record.errors import RecordError, SetupError
from factcheck.record.log import tree
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, open_note, signed_by
from factcheck.record.log.signer import Signer, SigningError
from factcheck.record.models import LogCheckpoint, LogEntry, LogTile
from tests.record.conftest import publish_some, rotated
from tests.support.tree_roots import naive_root


@pytest.fixture(autouse=True)
def fresh_key() -> Iterator[None]:
    """The key is read once a process; these tests change it."""
    tree.signing_key.cache_clear()
    yield
    tree.signing_key.cache_clear()


def test_every_append_is_signed(bare_record: None) -> None:
    for count in (1, 1, 3, 300):
        publish_some(count)
    assert list(LogCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 2, 5, 305]
    leaves = [entry.leaf() for entry in LogEntry.objects.order_by("sequence")]
    for row in LogCheckpoint.objects.all():
        text, _ = open_note(row.note)
        assert Checkpoint.parse(text) == Checkpoint(
            "127.0.0.1:8000/api/v1/log", row.size, naive_root(leaves[: row.size])
        )
        assert bytes(row.root) == naive_root(leaves[: row.size])
        assert signed_by(row.note, tree.signing_key().verifier())
    assert [(tile.level, tile.index, len(tile.hashes) // 32) for tile in LogTile.objects.order_by("level", "index")] == [
        (0, 0, 256), (0, 1, 49), (1, 0, 1),
    ]  # fmt: skip


def test_leaf_is_canonical_and_short(bare_record: None) -> None:
    (entry,) = publish_some(1)
    assert entry.leaf().startswith(b'{"at":"20')
    assert entry.leaf().endswith(b'"sequence":0,"subject":"%s","v":1}' % str(entry.subject).encode())
    assert len(entry.leaf()) < 300
    assert tree.bundle([entry]) == len(entry.leaf()).to_bytes(2, "big") + entry.leaf()


def statements(count: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        publish_some(count)
    return len(queries)


def test_append_takes_the_same_statements_at_any_size(bare_record: None) -> None:
    publish_some(1)
    small = statements(1)
    publish_some(700)
    assert statements(1) == small
    # A batch takes a few more, not more for each.
    assert statements(400) <= small + 4


def test_wrong_origin_refuses_to_publish(bare_record: None, settings: Any) -> None:
    """tests/editorial/desk/test_signing_key.py has the other faults of a key."""
    publish_some(1)
    settings.LOG_ORIGIN = "elsewhere.example/log"
    settings.LOG_SIGNING_KEY = str(SigningKey.generate("elsewhere.example/log"))
    tree.signing_key.cache_clear()
    with pytest.raises(RecordError, match="The log's origin is 127.0.0.1:8000/api/v1/log and can't be changed"):
        publish_some(1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record_logtile SET hashes = hashes || decode(repeat('00', 32), 'hex') WHERE level = 0",
        "UPDATE record_logtile SET hashes = overlay(hashes PLACING '\\x00' FROM 7) WHERE level = 0",
        "UPDATE record_logtile SET hashes = substring(hashes FROM 1 FOR 32) WHERE level = 0",
        "DELETE FROM record_logtile WHERE level = 0",
        "INSERT INTO record_logtile VALUES (1, 0, decode(repeat('00', 32), 'hex'))",
    ],
)
def test_nothing_is_signed_over_other_tiles(bare_record: None, sql: str) -> None:
    """The owner of the database can change them; a signature would make another history of it."""
    publish_some(3)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_logtile DISABLE TRIGGER USER")
        cursor.execute(sql)
    with pytest.raises(SetupError, match="match its newest checkpoint"):
        publish_some(1)
    assert LogCheckpoint.objects.get().size == 3


CHANGES = [
    "UPDATE record_logtile SET hashes = decode(repeat('00', 32), 'hex')",
    "UPDATE record_logtile SET hashes = hashes || 'x'",
    "UPDATE record_logtile SET index = 7",
    "DELETE FROM record_logtile",
    "TRUNCATE record_logtile",
    "INSERT INTO record_logtile VALUES (0, 9, 'x')",
    "UPDATE record_logtile SET hashes = hashes || decode(repeat('00', 32), 'hex')",
    "INSERT INTO record_logtile VALUES (0, 9, decode(repeat('00', 32), 'hex'))",
    "INSERT INTO record_logtile VALUES (1, 0, decode(repeat('00', 32), 'hex'))",
    "INSERT INTO record_logtile VALUES (8, 0, decode(repeat('00', 32), 'hex'))",
    "INSERT INTO record_logtile VALUES (0, -1, decode(repeat('00', 32), 'hex'))",
    "UPDATE record_logcheckpoint SET note = ''",
    "DELETE FROM record_logcheckpoint",
    "TRUNCATE record_logcheckpoint CASCADE",
    "INSERT INTO record_logcheckpoint SELECT size + 1, root, note, at FROM record_logcheckpoint",
    "INSERT INTO record_logcheckpoint SELECT size - 1, root, note, at FROM record_logcheckpoint",
    "UPDATE record_cosignature SET line = 'x'",
    "DELETE FROM record_cosignature",
    "TRUNCATE record_cosignature",
]


@pytest.mark.parametrize("alias", ["default", "owner"])
def test_tree_refuses_change(bare_record: None, alias: str, subtests: pytest.Subtests) -> None:
    publish_some(1)
    LogCheckpoint.objects.get().cosignatures.create(witness="w", line="x")
    for sql in CHANGES:
        with (
            subtests.test(sql),
            pytest.raises((IntegrityError, DatabaseError)),
            transaction.atomic(using=alias),
            connections[alias].cursor() as cursor,
        ):
            cursor.execute(sql)


def test_rotation_is_signed_by_both_keys(bare_record: None, settings: Any, tmp_path: Path) -> None:
    publish_some(2)
    old, file = tree.signing_key(), tmp_path / "key"
    file.write_text(str(old))
    settings.LOG_SIGNING_KEY = str(file)
    with pytest.raises(
        CommandError, match="The key's file doesn't contain a next key. Add one with make_log_key --next"
    ):
        call_command("rotate_log_key")
    with pytest.raises(CommandError, match="already exists"):
        call_command("make_log_key", str(file))
    call_command("make_log_key", "--next", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="already contains the next key"):
        call_command("make_log_key", "--next", str(file))
    first, new = SigningKey.parse_all(file.read_text())
    assert first == old
    call_command("rotate_log_key")
    entry = LogEntry.objects.get(sequence=2)
    assert (entry.kind, entry.number, entry.subject.hex[:8]) == ("key.rotation", 1, new.verifier().id.hex())
    document = json.loads(bytes(entry.revision_document.document))
    assert (document["old_key"], document["new_key"]) == (str(old.verifier()), str(new.verifier()))
    assert signed_by(f"{old.verifier()}\n{new.verifier()}\n\n{document['signature']}", old.verifier())
    newest = LogCheckpoint.objects.get(size=3)
    assert signed_by(newest.note, old.verifier())
    assert signed_by(newest.note, new.verifier())
    # The file still has both keys, and the new one signs alone.
    publish_some(1)
    assert not signed_by(LogCheckpoint.objects.get(size=4).note, old.verifier())
    call_command("verify_record")
    with pytest.raises(CommandError, match="doesn't contain a next key"):
        call_command("rotate_log_key")
    settings.LOG_SIGNING_KEY = str(old)
    with pytest.raises(RecordError, match="did not sign the log's newest checkpoint"):
        publish_some(1)


def test_old_key_is_refused_from_the_rotation_on(bare_record: None, settings: Any) -> None:
    publish_some(1)
    old, new = tree.signing_key(), rotated(settings)
    settings.LOG_SIGNING_KEY = str(old)  # a process that still has it
    with pytest.raises(
        RecordError,
        match=rf"signing key was changed from {old.verifier().id.hex()} to {new.verifier().id.hex()}\. Set LOG_SIGNING_KEY to"
        " the new key, and restart the server",
    ):
        publish_some(1)
    with pytest.raises(CommandError, match="Set LOG_SIGNING_KEY to the new key"):
        call_command("rotate_log_key")
    assert LogEntry.objects.count() == 2
    settings.LOG_SIGNING_KEY = str(new)
    tree.signing_key.cache_clear()
    publish_some(1)
    assert signed_by(LogCheckpoint.objects.get(size=3).note, new.verifier())
    call_command("verify_record")


def test_log_is_not_handed_to_a_key_again(bare_record: None, settings: Any) -> None:
    new = rotated(settings)
    rotated(settings)
    with pytest.raises(CommandError, match="The log had this key before. Make a new one."):
        rotated(settings, new)


def served_key() -> VerifierKey:
    return VerifierKey.parse(Client().get("/api/v1/log/key").content.decode())


def test_key_that_the_log_was_handed_to_is_served_before_the_server_has_it(bare_record: None, settings: Any) -> None:
    old = tree.signing_key()
    assert served_key() == old.verifier()
    publish_some(1)
    assert served_key() == old.verifier()
    new = rotated(settings)
    settings.LOG_SIGNING_KEY = str(old)
    tree.signing_key.cache_clear()
    assert (served_key(), tree.signing_key()) == (new.verifier(), old)
    # Another process has the new key already, and publishes.
    settings.LOG_SIGNING_KEY = str(new)
    tree.signing_key.cache_clear()
    publish_some(1)
    settings.LOG_SIGNING_KEY = str(old)
    tree.signing_key.cache_clear()
    assert (served_key(), tree.signing_key()) == (new.verifier(), old)


def test_key_of_a_server_that_the_log_does_not_know_is_served_as_it_is(bare_record: None, settings: Any) -> None:
    """Verifiers then report the fault, and for the server when it publishes."""
    publish_some(1)
    stranger = SigningKey("127.0.0.1:8000/api/v1/log", bytes(32))
    settings.LOG_SIGNING_KEY = str(stranger)
    tree.signing_key.cache_clear()
    assert served_key() == stranger.verifier()


@pytest.mark.parametrize(("size", "said"), [(2, "2 entries is not signed"), (3, "3 entries is not signed"), (1, None)])
def test_former_key_counts_until_its_rotation(bare_record: None, settings: Any, size: int, said: str | None) -> None:
    publish_some(1)
    old = tree.signing_key()
    rotated(settings)
    publish_some(1)
    row = LogCheckpoint.objects.get(size=size)
    text = open_note(row.note)[0]
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_logcheckpoint DISABLE TRIGGER checkpoint_fixed")
        cursor.execute("UPDATE record_logcheckpoint SET note = %s WHERE size = %s", [f"{text}\n{old.sign(text)}", size])
    if said:
        with pytest.raises(CommandError, match=said):
            call_command("verify_record")
    else:
        call_command("verify_record")


def test_rotation_to_another_name_is_refused(bare_record: None, settings: Any) -> None:
    with pytest.raises(CommandError, match="the log's name is 127.0.0.1:8000/api/v1/log and never changes"):
        rotated(settings, SigningKey.generate("other.example"))
    with pytest.raises(CommandError, match="doesn't contain a next key"):
        rotated(settings, SigningKey.parse(settings.LOG_SIGNING_KEY.split()[0]))


def test_entries_are_signed_after_their_commit_and_never_before(bare_record: None) -> None:
    """A rolled back entry was never signed, also where one transaction publishes twice."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish_some(1)
        publish_some(1)
        assert not LogCheckpoint.objects.exists()
        raise ZeroDivisionError
    with transaction.atomic():
        publish_some(1)
        publish_some(2)
        assert not LogCheckpoint.objects.exists()
    assert list(LogCheckpoint.objects.values_list("size", flat=True)) == [3]


def test_publication_stays_when_the_signer_fails_and_is_signed_later(bare_record, monkeypatch):
    with monkeypatch.context() as patched, pytest.raises(RecordError, match="The log's signer refused: broken"):

        def broken(*args: Any, **options: Any) -> str:
            raise SigningError("broken.")

        patched.setattr(Signer, "sign", broken)
        publish_some(2)
        assert (LogEntry.objects.count(), LogCheckpoint.objects.count()) == (2, 0)
        publish_some(1)  # nothing else is published until the first two are signed
    assert LogEntry.objects.count() == 2
    with pytest.raises(CommandError, match="The log has 2 entries, but no checkpoint of that size"):
        call_command("verify_record")
    call_command("sign_log")
    call_command("sign_log")  # again, with nothing to sign
    assert list(LogCheckpoint.objects.values_list("size", flat=True)) == [2]
    call_command("verify_record")
