"""The owner of the database changes what was published, in every stored place; who finds it?

Each case is done with the triggers gone, in random places from a fixed seed, and undone afterwards.
The table KINDS is the one in docs/reference/log.md.
"""

import json
import random
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from factcheck.record import publish
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.log import entries as log
from factcheck.record.log import tree
from factcheck.record.log.notes import SigningKey, open_note
from factcheck.record.models import LogCheckpoint, LogEntry, LogTile, RevisionDocument
from tests.record.conftest import disarm, make_statement, publish_some
from tests.verifier.verifying import cosign, sign_anew
from verifier import verifier

CASES_OF_A_KIND = 15
NEWSROOM = {"name": "Toà soạn", "site": "kiemchung.example"}
Change = Callable[[random.Random], list[str]]

# The verifiers: one that sees the log for the first time ("new"), one that has seen it before ("state"), one that demands a
# witness ("witness"), and verify_record ("inside").
EVERYBODY = ("new", "state", "witness", "inside")
DOCUMENT, ENTRY, TILE, CHECKPOINT = (
    f"record_{name}" for name in ("revisiondocument", "logentry", "logtile", "logcheckpoint")
)
REVIEW, CLAIM, REFERENCE = (f"record_published{name}" for name in ("review", "claim", "reference"))
NEWEST = f"size = (SELECT max(size) FROM {CHECKPOINT})"
# Rows that chance chooses, by name: table, key and condition. The prefix "another_" names a second row.
ROWS = {
    "document": (DOCUMENT, "sequence", "true"),
    "entry": (ENTRY, "sequence", "true"),
    "other_kind": (ENTRY, "sequence", "kind <> 'review.update'"),
    "checkpoint": (CHECKPOINT, "size", f"NOT {NEWEST}"),
    "review": (REVIEW, "id", "status <> 'erased'"),
    "live": (REVIEW, "id", "status = 'live'"),
    "claim": (CLAIM, "id", "status = 'live'"),
    "reference": (REFERENCE, "id", "true"),
}


def flip(table: str, column: str, where: str) -> str:
    """Return the statement that turns one bit of a bytea."""
    bit = f"({{number}} % (8 * length({column})))::int"
    return f"UPDATE {table} SET {column} = set_bit({column}, {bit}, 1 - get_bit({column}, {bit})) WHERE {where}"


def swap(columns: str, row: str) -> str:
    """Return the statement that exchanges the columns of two rows."""
    table, key, _ = ROWS[row]
    listed = ", ".join(f"b.{column}" for column in columns.split(", "))
    return (
        f"UPDATE {table} a SET ({columns}) = ROW({listed}) FROM {table} b WHERE (a.{key}, b.{key}) IN"
        f" (('{{{row}}}', '{{another_{row}}}'), ('{{another_{row}}}', '{{{row}}}'))"
    )


FOUND_BY_EVERYBODY = {
    "a bit of a document": [flip(DOCUMENT, "document", "sequence = {document}")],
    "a bit of a salt": [flip(DOCUMENT, "salt", "sequence = {document}")],
    "two documents swapped": [swap("document", "document")],
    "two documents and salts swapped": [swap("document, salt", "document")],
    "a document dropped": [f"DELETE FROM {DOCUMENT} WHERE sequence = {{document}}"],
    "a document duplicated over another": [
        f"UPDATE {DOCUMENT} a SET document = b.document, salt = b.salt FROM {DOCUMENT} b"
        " WHERE a.sequence = {document} AND b.sequence = {another_document}"
    ],
    "a digest changed": [
        f"UPDATE {ENTRY} SET digest = overlay(digest placing CASE substr(digest, {{number}} % 64 + 1, 1) WHEN 'a'"
        " THEN 'b' ELSE 'a' END from {number} % 64 + 1) WHERE sequence = {entry}"
    ],
    "two digests swapped": [swap("digest", "entry")],
    "an entry back dated": [f"UPDATE {ENTRY} SET at = at - interval '{{number}} s' WHERE sequence = {{entry}}"],
    "all entries back dated": [f"UPDATE {ENTRY} SET at = at - interval '{{number}} s'"],
    "two entries in the place of each other": [swap("at, kind, subject, number, digest", "entry")],
    "an entry given to another subject": [f"UPDATE {ENTRY} SET subject = gen_random_uuid() WHERE sequence = {{entry}}"],
    "a number changed": [f"UPDATE {ENTRY} SET number = number + 7 WHERE sequence = {{entry}}"],
    "a kind changed": [f"UPDATE {ENTRY} SET kind = 'review.update' WHERE sequence = {{other_kind}}"],
    "an entry dropped": [f"DELETE FROM {table} WHERE sequence = {{entry}}" for table in (DOCUMENT, ENTRY)],
    "an entry dropped and the rest moved up": [
        sql.format(table=table, entry="{entry}")
        for table in (DOCUMENT, ENTRY)
        for sql in (
            "DELETE FROM {table} WHERE sequence = {entry}",
            "UPDATE {table} SET sequence = -sequence WHERE sequence > {entry}",
            "UPDATE {table} SET sequence = -sequence - 1 WHERE sequence < 0",
        )
    ],
    "a bit of a tile": [flip(TILE, "hashes", "level = 0")],
    "a tile cut short": [f"UPDATE {TILE} SET hashes = substring(hashes from 1 for 32 * ({{number}} % 19 + 1))"],
    "a tile dropped": [f"DELETE FROM {TILE}"],
    "a word in what readers get": [f"UPDATE {REVIEW} SET body = replace(body, 'Sai.', 'Đúng.') WHERE id = '{{live}}'"],
    "what readers get swapped": [swap("body", "live")],
    "a review dropped for readers": [f"DELETE FROM {REVIEW} WHERE id = '{{review}}'"],
    "a review erased for readers alone": [f"UPDATE {REVIEW} SET status = 'erased' WHERE id = '{{review}}'"],
}
FOUND_INSIDE = {
    "an entry added behind the checkpoint": [
        f"INSERT INTO {ENTRY} SELECT (SELECT count(*) FROM {ENTRY}), at, kind, gen_random_uuid(), 1, digest FROM {ENTRY}"
        " WHERE sequence = {document}",
        f"INSERT INTO {DOCUMENT} SELECT (SELECT max(sequence) FROM {ENTRY}), salt, document FROM {DOCUMENT}"
        " WHERE sequence = {document}",
    ],
    "an old checkpoint with the note of another": [swap("note", "checkpoint")],
    "a bit of a checkpoints root": [flip(CHECKPOINT, "root", "size = {checkpoint}")],
    "a review hidden from lists": [f"UPDATE {REVIEW} SET status = 'withdrawn' WHERE id = '{{live}}'"],
    "a publisher or verdict changed": [
        f"UPDATE {REFERENCE} SET body = replace(body, 'a', 'o') WHERE id = {{reference}}"
    ],
}


def drawn(templates: list[str]) -> Change:
    """Return a change whose statements name rows by chance."""

    def choose(chance: random.Random) -> list[str]:
        rows: dict[str, object] = {"number": chance.randrange(1, 10**8)}
        for name, (table, key, where) in ROWS.items():
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"SELECT {key} FROM {table} WHERE {where} ORDER BY 1")
                rows[name], rows[f"another_{name}"] = chance.sample([row[0] for row in cursor.fetchall()], 2)
        return [template.format_map(rows) for template in templates]

    return choose


def either(*templates: str) -> Change:
    return lambda chance: drawn([chance.choice(templates)])(chance)


def rewrite_document_and_digest(chance: random.Random, sequence: int | None = None) -> list[str]:
    row = (
        chance.choice(RevisionDocument.objects.order_by("pk"))
        if sequence is None
        else RevisionDocument.objects.get(pk=sequence)
    )
    data = canonical(json.loads(bytes(row.document)) | {"summary": f"Đúng {chance.random()}"})
    digest = sha256_hex(bytes(row.salt) + data)
    return [
        f"UPDATE {DOCUMENT} SET document = decode('{data.hex()}', 'hex') WHERE sequence = {row.pk}",
        f"UPDATE {ENTRY} SET digest = '{digest}' WHERE sequence = {row.pk}",
    ]


def swap_hashes(chance: random.Random) -> list[str]:
    one, other = sorted(chance.sample(range(LogEntry.objects.count()), 2))
    tile = bytearray(LogTile.objects.get().hashes)
    a, b = slice(32 * one, 32 * one + 32), slice(32 * other, 32 * other + 32)
    tile[a], tile[b] = tile[b], tile[a]
    return [f"UPDATE {TILE} SET hashes = decode('{tile.hex()}', 'hex')"]


def change_letter_of_checkpoint(chance: random.Random) -> list[str]:
    note = LogCheckpoint.objects.order_by("-size")[0].note
    place = chance.choice([n for n, letter in enumerate(note, 1) if letter.isalnum()])
    letter = "A" if note[place - 1] != "A" else "B"
    # The last letter before the "=" of base64 has bits that count for nothing; two steps change more than those.
    if note[place : place + 1] == "=":
        letter = "w" if note[place - 1] < "a" else "A"
    return [f"UPDATE {CHECKPOINT} SET note = overlay(note placing '{letter}' from {place}) WHERE {NEWEST}"]


def sign_another_history(chance: random.Random) -> list[str]:
    return sign_after(rewrite_document_and_digest(chance), LogEntry.objects.count())


def cut_the_tail_off(chance: random.Random) -> list[str]:
    # Behind the erasure, without whose entry a document would be missed.
    keep = chance.randrange(LogEntry.objects.get(kind="review.erasure").sequence + 1, LogEntry.objects.count())
    return sign_after([f"DELETE FROM {table} WHERE sequence >= {keep}" for table in (DOCUMENT, ENTRY)], keep)


def show_a_second_reader_another_entry(chance: random.Random) -> list[str]:
    size = LogEntry.objects.count()
    return sign_after(rewrite_document_and_digest(chance, size - 1), size)


def sign_after(statements: list[str], size: int) -> list[str]:
    """Run the statements, and make the tiles, the checkpoint and the read model fit, as the key and the database allow."""
    run(statements)
    sign_anew(size)
    # The database maintains totals and the search vectors of claims with triggers.
    run([f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in (REVIEW, CLAIM)])
    call_command("rebuild_record", stdout=StringIO())
    run([f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in (REVIEW, CLAIM)])
    return []


KINDS: dict[str, tuple[set[str], Change]] = {
    **{name: (set(EVERYBODY), drawn(templates)) for name, templates in FOUND_BY_EVERYBODY.items()},
    "a document rewritten with its digest": (set(EVERYBODY), rewrite_document_and_digest),
    "two hashes of a tile swapped": (set(EVERYBODY), swap_hashes),
    "a letter of the newest checkpoint": (set(EVERYBODY), change_letter_of_checkpoint),
    "the newest checkpoint dropped": (
        {"state", "witness", "inside"},
        drawn([f"DELETE FROM {CHECKPOINT} WHERE {NEWEST}"]),
    ),
    **{name: ({"inside"}, drawn(templates)) for name, templates in FOUND_INSIDE.items()},
    "a column that filters use": (
        {"inside"},
        either(
            *(
                f"UPDATE {REVIEW} SET {change} WHERE id = '{{live}}'"
                for change in (
                    "verdict = 'truth:true'",
                    "language = 'en'",
                    "publisher = 'x.example'",
                    "published_at = now()",
                )
            )
        ),
    ),
    "a claim changed or dropped": (
        {"inside"},
        either(
            f"UPDATE {CLAIM} SET body = replace(body, 'Sai', 'Đúng') WHERE id = '{{claim}}'",
            f"DELETE FROM {CLAIM} WHERE id = '{{claim}}'",
        ),
    ),
    "history signed again": ({"state", "witness"}, sign_another_history),
    "the tail cut off and signed again": ({"state", "witness"}, cut_the_tail_off),
    "two histories for two readers": ({"state", "witness"}, show_a_second_reader_another_entry),
}


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
    finders, change = KINDS[name]
    run(change(random.Random(seed)))
    copy = tmp_path / "state.json"
    copy.write_text(state.read_text())
    finds = {"new": found(), "state": found(copy), "witness": found(witness=WITNESS), "inside": found_inside()}
    assert {who for who, saw in finds.items() if saw} == finders, seed


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
    for name, (finders, _) in KINDS.items():
        marks = " | ".join("yes" if who in finders else "–" for who in EVERYBODY)
        assert f"| {name} | {marks} |" in text
