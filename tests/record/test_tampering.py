"""The owner of the database changes what was published, in every stored place; who finds it?

Each case is done with the triggers gone, in random places from a fixed seed, and undone afterwards.
The table FINDERS is the one in docs/reference/log.md.
"""

import json
import random
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from factcheck.record import publish
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.log import entries as log
from factcheck.record.log import merkle, tree
from factcheck.record.log.notes import Checkpoint, SigningKey, open_note
from factcheck.record.models import LogCheckpoint, LogEntry, LogTile, RevisionDocument
from tests.record.conftest import disarm, make_statement, publish_some
from tests.verifier.verifying import cosign
from verifier import verifier

CASES_OF_A_KIND = 15
NEWSROOM = {"name": "Toà soạn", "site": "kiemchung.example"}
Tamper = Callable[[random.Random], list[str]]

# The verifiers that find it: one that sees the log for the first time ("new"), one that has seen it before ("state"), one that
# demands a witness ("witness"), and verify_record ("inside").
EVERYBODY = ("new", "state", "witness", "inside")
FINDERS: dict[str, set[str]] = {}
KINDS: dict[str, Tamper] = {}


def kind(*finders: str) -> Callable[[Tamper], Tamper]:
    def register(tamper: Tamper) -> Tamper:
        name = tamper.__name__.replace("_", " ")
        KINDS[name], FINDERS[name] = tamper, set(finders)
        return tamper

    return register


everybody = kind(*EVERYBODY)
inside_only = kind("inside")
remembering = kind("state", "witness")


def some(chance: random.Random, table: str, column: str = "sequence", count: int = 1, where: str = "true") -> list[Any]:
    """Different values of a column, by chance."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {where} ORDER BY 1")
        return chance.sample([row[0] for row in cursor.fetchall()], count)


def flipped(chance: random.Random, table: str, column: str, where: str) -> list[str]:
    """One bit of a bytea is turned."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT length({column}) FROM {table} WHERE {where}")
        bit = chance.randrange(cursor.fetchone()[0] * 8)
    return [f"UPDATE {table} SET {column} = set_bit({column}, {bit}, 1 - get_bit({column}, {bit})) WHERE {where}"]


def swapped(table: str, columns: str, key: str, one: Any, other: Any) -> list[str]:
    """The columns of two rows change places."""
    listed = ", ".join(f"b.{column}" for column in columns.split(", "))
    return [
        f"UPDATE {table} a SET ({columns}) = ROW({listed}) FROM {table} b WHERE (a.{key}, b.{key}) IN"
        f" (('{one}', '{other}'), ('{other}', '{one}'))"
    ]


LIVE = "sequence IN (SELECT sequence FROM record_revisiondocument)"


@everybody
def a_bit_of_a_document(chance: random.Random) -> list[str]:
    return flipped(
        chance, "record_revisiondocument", "document", f"sequence = {some(chance, 'record_revisiondocument')[0]}"
    )


@everybody
def a_bit_of_a_salt(chance: random.Random) -> list[str]:
    return flipped(
        chance, "record_revisiondocument", "salt", f"sequence = {some(chance, 'record_revisiondocument')[0]}"
    )


@everybody
def two_documents_swapped(chance: random.Random) -> list[str]:
    return swapped("record_revisiondocument", "document", "sequence", *some(chance, "record_revisiondocument", count=2))


@everybody
def two_documents_and_salts_swapped(chance: random.Random) -> list[str]:
    return swapped(
        "record_revisiondocument", "document, salt", "sequence", *some(chance, "record_revisiondocument", count=2)
    )


@everybody
def a_document_dropped(chance: random.Random) -> list[str]:
    return [f"DELETE FROM record_revisiondocument WHERE sequence = {some(chance, 'record_revisiondocument')[0]}"]


@everybody
def a_document_duplicated_over_another(chance: random.Random) -> list[str]:
    one, other = some(chance, "record_revisiondocument", count=2)
    return [
        "UPDATE record_revisiondocument a SET document = b.document, salt = b.salt FROM record_revisiondocument b"
        f" WHERE a.sequence = {one} AND b.sequence = {other}"
    ]


@everybody
def a_digest_changed(chance: random.Random) -> list[str]:
    digit = chance.randrange(1, 65)
    return [
        "UPDATE record_logentry SET digest = overlay(digest placing CASE substr(digest, {0}, 1) WHEN 'a' THEN 'b' ELSE 'a'"
        " END from {0}) WHERE sequence = {1}".format(digit, some(chance, "record_logentry")[0])
    ]


@everybody
def two_digests_swapped(chance: random.Random) -> list[str]:
    return swapped("record_logentry", "digest", "sequence", *some(chance, "record_logentry", count=2))


@everybody
def a_document_rewritten_with_its_digest(chance: random.Random) -> list[str]:
    sequence = some(chance, "record_revisiondocument")[0]
    row = RevisionDocument.objects.get(pk=sequence)
    data = canonical(json.loads(bytes(row.document)) | {"language": "en"})
    digest = sha256_hex(bytes(row.salt) + data)
    return [
        f"UPDATE record_revisiondocument SET document = decode('{data.hex()}', 'hex') WHERE sequence = {sequence}",
        f"UPDATE record_logentry SET digest = '{digest}' WHERE sequence = {sequence}",
    ]


@everybody
def an_entry_back_dated(chance: random.Random) -> list[str]:
    seconds = chance.randrange(1, 10**8)
    return [
        f"UPDATE record_logentry SET at = at - interval '{seconds} s' WHERE sequence = {some(chance, 'record_logentry')[0]}"
    ]


@everybody
def all_entries_back_dated(chance: random.Random) -> list[str]:
    return [f"UPDATE record_logentry SET at = at - interval '{chance.randrange(1, 10**8)} s'"]


@everybody
def two_entries_in_the_place_of_each_other(chance: random.Random) -> list[str]:
    columns = "at, kind, subject, number, digest"
    return swapped("record_logentry", columns, "sequence", *some(chance, "record_logentry", count=2))


@everybody
def an_entry_given_to_another_subject(chance: random.Random) -> list[str]:
    return [f"UPDATE record_logentry SET subject = '{uuid4()}' WHERE sequence = {some(chance, 'record_logentry')[0]}"]


@everybody
def a_number_changed(chance: random.Random) -> list[str]:
    return [f"UPDATE record_logentry SET number = number + 7 WHERE sequence = {some(chance, 'record_logentry')[0]}"]


@everybody
def a_kind_changed(chance: random.Random) -> list[str]:
    sequence = some(chance, "record_logentry", where="kind <> 'review.update'")[0]
    return [f"UPDATE record_logentry SET kind = 'review.update' WHERE sequence = {sequence}"]


@everybody
def an_entry_dropped(chance: random.Random) -> list[str]:
    sequence = some(chance, "record_logentry")[0]
    return [
        f"DELETE FROM {table} WHERE sequence = {sequence}" for table in ("record_revisiondocument", "record_logentry")
    ]


@everybody
def an_entry_dropped_and_the_rest_moved_up(chance: random.Random) -> list[str]:
    sequence = some(chance, "record_logentry")[0]
    return [
        sql.format(sequence)
        for table in ("record_revisiondocument", "record_logentry")
        for sql in (
            f"DELETE FROM {table} WHERE sequence = {{0}}",
            f"UPDATE {table} SET sequence = -sequence WHERE sequence > {{0}}",
            f"UPDATE {table} SET sequence = -sequence - 1 WHERE sequence < 0",
        )
    ]


@inside_only
def an_entry_added_behind_the_checkpoint(chance: random.Random) -> list[str]:
    sequence = some(chance, "record_revisiondocument")[0]
    head = LogEntry.objects.count()
    return [
        f"INSERT INTO record_logentry SELECT {head}, at, kind, gen_random_uuid(), 1, digest FROM record_logentry"
        f" WHERE sequence = {sequence}",
        f"INSERT INTO record_revisiondocument SELECT {head}, salt, document FROM record_revisiondocument"
        f" WHERE sequence = {sequence}",
    ]


@everybody
def a_bit_of_a_tile(chance: random.Random) -> list[str]:
    return flipped(chance, "record_logtile", "hashes", "level = 0")


@everybody
def a_tile_cut_short(chance: random.Random) -> list[str]:
    return [f"UPDATE record_logtile SET hashes = substring(hashes from 1 for {32 * chance.randrange(1, 20)})"]


@everybody
def a_tile_dropped(chance: random.Random) -> list[str]:
    return ["DELETE FROM record_logtile"]


@everybody
def two_hashes_of_a_tile_swapped(chance: random.Random) -> list[str]:
    one, other = sorted(chance.sample(range(LogEntry.objects.count()), 2))
    tile = bytearray(LogTile.objects.get().hashes)
    a, b = slice(32 * one, 32 * one + 32), slice(32 * other, 32 * other + 32)
    tile[a], tile[b] = tile[b], tile[a]
    return [f"UPDATE record_logtile SET hashes = decode('{tile.hex()}', 'hex')"]


@everybody
def a_letter_of_the_newest_checkpoint(chance: random.Random) -> list[str]:
    note = LogCheckpoint.objects.order_by("-size")[0].note
    place = chance.choice([n for n, letter in enumerate(note, 1) if letter.isalnum()])
    letter = "A" if note[place - 1] != "A" else "B"
    # The last letter before the "=" of base64 has bits that count for nothing; two steps change more than those.
    if note[place : place + 1] == "=":
        letter = "w" if note[place - 1] < "a" else "A"
    return [
        f"UPDATE record_logcheckpoint SET note = overlay(note placing '{letter}' from {place})"
        " WHERE size = (SELECT max(size) FROM record_logcheckpoint)"
    ]


@kind("state", "witness", "inside")
def the_newest_checkpoint_dropped(chance: random.Random) -> list[str]:
    return ["DELETE FROM record_logcheckpoint WHERE size = (SELECT max(size) FROM record_logcheckpoint)"]


@inside_only
def an_old_checkpoint_with_the_note_of_another(chance: random.Random) -> list[str]:
    newest = "size < (SELECT max(size) FROM record_logcheckpoint)"
    return swapped("record_logcheckpoint", "note", "size", *some(chance, "record_logcheckpoint", "size", 2, newest))


@inside_only
def a_bit_of_a_checkpoints_root(chance: random.Random) -> list[str]:
    return flipped(chance, "record_logcheckpoint", "root", f"size = {some(chance, 'record_logcheckpoint', 'size')[0]}")


@everybody
def a_word_in_what_readers_get(chance: random.Random) -> list[str]:
    pk = some(chance, "record_publishedreview", "id", where="status = 'live'")[0]
    return [f"UPDATE record_publishedreview SET body = replace(body, 'Sai.', 'Đúng.') WHERE id = '{pk}'"]


@everybody
def what_readers_get_swapped(chance: random.Random) -> list[str]:
    return swapped(
        "record_publishedreview", "body", "id", *some(chance, "record_publishedreview", "id", 2, "status = 'live'")
    )


@everybody
def a_review_dropped_for_readers(chance: random.Random) -> list[str]:
    return [f"DELETE FROM record_publishedreview WHERE id = '{some(chance, 'record_publishedreview', 'id')[0]}'"]


@everybody
def a_review_erased_for_readers_alone(chance: random.Random) -> list[str]:
    pk = some(chance, "record_publishedreview", "id", where="status <> 'erased'")[0]
    return [f"UPDATE record_publishedreview SET status = 'erased' WHERE id = '{pk}'"]


@inside_only
def a_review_hidden_from_lists(chance: random.Random) -> list[str]:
    pk = some(chance, "record_publishedreview", "id", where="status = 'live'")[0]
    return [f"UPDATE record_publishedreview SET status = 'withdrawn' WHERE id = '{pk}'"]


@inside_only
def a_column_that_filters_use(chance: random.Random) -> list[str]:
    change = chance.choice(
        ["verdict = 'truth:true'", "language = 'en'", "publisher = 'x.example'", "published_at = now()"]
    )
    pk = some(chance, "record_publishedreview", "id", where="status = 'live'")[0]
    return [f"UPDATE record_publishedreview SET {change} WHERE id = '{pk}'"]


@inside_only
def a_claim_changed_or_dropped(chance: random.Random) -> list[str]:
    pk = some(chance, "record_publishedclaim", "id", where="status = 'live'")[0]
    return [
        chance.choice(
            [
                f"UPDATE record_publishedclaim SET body = replace(body, 'Sai', 'Đúng') WHERE id = '{pk}'",
                f"DELETE FROM record_publishedclaim WHERE id = '{pk}'",
            ]
        )
    ]


@inside_only
def a_publisher_or_verdict_changed(chance: random.Random) -> list[str]:
    pk = some(chance, "record_publishedreference", "id")[0]
    return [f"UPDATE record_publishedreference SET body = replace(body, 'a', 'o') WHERE id = {pk}"]


@remembering
def history_signed_again(chance: random.Random) -> list[str]:
    statements = a_document_rewritten_with_its_digest(random.Random(chance.random()))
    run(statements)
    sign_anew(LogEntry.objects.count())
    return []


@remembering
def the_tail_cut_off_and_signed_again(chance: random.Random) -> list[str]:
    # Behind the erasure, without whose entry a document would be missed.
    keep = chance.randrange(LogEntry.objects.get(kind="review.erasure").sequence + 1, LogEntry.objects.count())
    run([f"DELETE FROM {table} WHERE sequence >= {keep}" for table in ("record_revisiondocument", "record_logentry")])
    sign_anew(keep)
    return []


@remembering
def two_histories_for_two_readers(chance: random.Random) -> list[str]:
    # The same size, another last entry: what the second reader is shown.
    head = LogEntry.objects.count() - 1
    row = RevisionDocument.objects.get(pk=head)
    document = json.loads(bytes(row.document))
    document["summary"] = f"Đúng {chance.random()}"
    data = canonical(document)
    run(
        [
            f"UPDATE record_revisiondocument SET document = decode('{data.hex()}', 'hex') WHERE sequence = {head}",
            f"UPDATE record_logentry SET digest = '{sha256_hex(bytes(row.salt) + data)}' WHERE sequence = {head}",
        ]
    )
    sign_anew(head + 1)
    return []


def sign_anew(size: int) -> None:
    """Changes that the key and the database allow: tiles, all checkpoints and the read model made to fit the changed rows."""
    sizes = [row for row in LogCheckpoint.objects.order_by("size").values_list("size", flat=True) if row <= size]
    run(["TRUNCATE record_logtile", "TRUNCATE record_logcheckpoint CASCADE"])
    leaves = [merkle.leaf_hash(entry.leaf()) for entry in LogEntry.objects.order_by("sequence")]
    tiles = merkle.append(0, leaves, lambda level, index: b"")
    for (level, index), hashes in tiles.items():
        LogTile.objects.create(level=level, index=index, hashes=hashes)
    at = LogEntry.objects.order_by("sequence")[0].at
    for each in sorted({*sizes, size}):
        root = merkle.root(each, lambda level, index: tiles[level, index])
        text = Checkpoint(tree.signing_key().name, each, root).text()
        note = f"{text}\n{tree.signing_key().sign(text)}"
        LogCheckpoint.objects.create(size=each, root=root, note=note, at=at)
    # The database maintains totals and the search vectors of claims with triggers.
    read_model = ("record_publishedreview", "record_publishedclaim")
    run([f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in read_model])
    call_command("rebuild_record", stdout=StringIO())
    run([f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in read_model])


def run(statements: list[str]) -> None:
    with connections["owner"].cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@pytest.fixture(autouse=True)
def no_cache_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none here that would have to forget a checkpoint."""
    monkeypatch.setattr(verifier, "CACHE_TIME", 0)


class InProcess(verifier.Site):
    """The site without a socket, so that hundreds of whole checks take minutes."""

    def __init__(self) -> None:
        self.client = Client()

    def get(self, path: str, etag: str | None = None) -> tuple[int, dict[str, str], bytes]:
        response = self.client.get(path, headers={"If-None-Match": etag} if etag else None)
        return response.status_code, {name.lower(): value for name, value in response.items()}, response.content


def found(state: Path | None = None, witness: SigningKey | None = None) -> bool:
    witnesses = [verifier.Key(str(witness.verifier(4)))] if witness else []
    try:
        verifier.Verifier(InProcess(), state, None, witnesses, quiet=True).run()
    except verifier.DiscrepancyError:
        return True
    return False


def found_inside() -> bool:
    try:
        call_command("verify_record", stdout=StringIO())
    except CommandError:
        return True
    return False


WITNESS = SigningKey.generate("witness.example/w")


@pytest.fixture(scope="module")
def tables(module_database: str) -> Iterator[dict[str, str]]:
    """A record with everything in it, its triggers and foreign keys gone; each table with its columns."""
    tree.signing_key.cache_clear()
    disarm()
    entries = publish_some(8)
    for _ in range(3):
        publish_some(1)
    subjects = [entry.subject for entry in entries]
    for subject in subjects[:3]:
        statement = make_statement(subject) | {"summary": "Sai. Đã sửa."}
        publish.publish(
            [
                log.Publication(
                    subject,
                    statement,
                    change_class="substantive",
                    note="Ngày quay đã được xác minh lại với người quay phim.",
                )
            ]
        )
    for subject in subjects[3:5]:
        whole = make_statement(subject)
        tombstone = {key: whole[key] for key in ("id", "language", "publisher", "license", "headline")} | {
            "claim": {"id": str(subject)}
        }
        publish.publish([log.Publication(subject, tombstone, LogEntry.Kind.WITHDRAWAL, note="Nguồn sai.")])
    publish.publish(
        [log.Publication(subjects[4], make_statement(subjects[4]), LogEntry.Kind.REINSTATEMENT, note="Nguồn đúng.")]
    )
    notice = {
        "id": str(subjects[5]),
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "notice": {"ground": "court_order", "text": "Toà án.", "redaction": False, "newsroom": NEWSROOM},
    }
    publish.publish([log.Publication(subjects[5], notice, LogEntry.Kind.ERASURE, note="Toà án.")])
    publish_some(4)
    newest = tree.newest_checkpoint()
    assert newest
    text = open_note(newest.note)[0]
    newest.cosignatures.create(witness=WITNESS.name, line=cosign(WITNESS, text, 1_800_000_000))
    columns = {
        model._meta.db_table: ", ".join(
            connections["owner"].ops.quote_name(field.column)
            for field in model._meta.local_concrete_fields
            if not field.generated
        )
        for model in apps.get_app_config("record").get_models()
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' AND confrelid::regclass::text LIKE 'record%'"
        )
        run([f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name in cursor.fetchall()])
        for table in columns:
            run([f"ALTER TABLE {table} DISABLE TRIGGER USER", f"CREATE TABLE kept_{table} AS TABLE {table}"])
    # Two rows that change places meet for a moment.
    for name in ("logentry_subject_number", "logentry_sequence_from_0"):
        run([f"ALTER TABLE record_logentry DROP CONSTRAINT {name}"])
    yield columns
    tree.signing_key.cache_clear()


@pytest.fixture
def record(tables: dict[str, str]) -> Iterator[None]:
    yield
    run(
        [f"TRUNCATE {', '.join(tables)} CASCADE"]
        + [f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{table}" for table, columns in tables.items()]
    )


@pytest.fixture(scope="module")
def state(tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The memory of a reader who saw the log as it was."""
    file = tmp_path_factory.mktemp("reader") / "state.json"
    assert not found(file)
    return file


def check(name: str, seed: str, state: Path, tmp_path: Path) -> None:
    run(KINDS[name](random.Random(seed)))
    copy = tmp_path / "state.json"
    copy.write_text(state.read_text())
    finders = {
        who
        for who, saw in (
            ("new", found()),
            ("state", found(copy)),
            ("witness", found(witness=WITNESS)),
            ("inside", found_inside()),
        )
        if saw
    }
    assert finders == FINDERS[name], seed


def test_untouched_log_holds_for_everybody(record: None, state: Path) -> None:
    assert not found()
    assert not found(state)
    assert not found(witness=WITNESS)
    assert not found_inside()


@pytest.mark.parametrize("name", KINDS)
def test_one_change_of_each_kind_is_found(record: None, state: Path, tmp_path: Path, name: str) -> None:
    check(name, f"{name} 0", state, tmp_path)


@pytest.mark.prove
@pytest.mark.parametrize("number", range(1, CASES_OF_A_KIND))
@pytest.mark.parametrize("name", KINDS)
def test_every_change_is_found(record: None, state: Path, tmp_path: Path, name: str, number: int) -> None:
    check(name, f"{name} {number}", state, tmp_path)


def test_documentation_has_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "log.md").read_text()
    for name, finders in FINDERS.items():
        marks = " | ".join("yes" if who in finders else "–" for who in EVERYBODY)
        assert f"| {name} | {marks} |" in text
