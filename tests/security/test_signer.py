"""A process that can talk to the log's signer, or owns the database, can't get a second history signed, and no kill makes one."""

import hashlib
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from factcheck.record.errors import SetupError
from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, signed_by
from factcheck.record.log.signer import FileMemory, Signer, SigningError
from factcheck.record.log.signer_process import MAX_LINE, RemoteSigner, main, respond_to
from factcheck.record.models import LogCheckpoint, LogEntry
from tests.record.conftest import disarm, publish_some
from tests.support.databases import fresh_database
from tests.support.signing import KEY, Process

ROOT = Path(__file__).parents[2]
Log = list[bytes]


class Notes:
    """A memory that is none."""

    def __init__(self) -> None:
        self.note: str | None = None

    def read(self) -> str | None:
        return self.note

    def write(self, note: str) -> None:
        self.note = note


def leaves(count: int, name: str = "") -> Log:
    return [merkle.leaf_hash(f"{name}{index}".encode()) for index in range(count)]


def reader(log: Log) -> merkle.TileReader:
    tiles: dict[tuple[int, int], bytes] = {}
    tiles |= merkle.append(0, log, lambda *place: tiles[place])
    return lambda *place: tiles.get(place, b"")


def requested(signer: Signer, log: Log, old: int) -> str:
    """The signatures for this log, with an honest proof from `old`."""
    read = reader(log)
    return signer.sign(len(log), merkle.root(len(log), read), merkle.consistency_proof(old, len(log), read))


def test_only_extensions_of_the_last_checkpoint_are_signed() -> None:
    signer = Signer([KEY], Notes())
    for old, size in ((0, 1), (1, 2), (2, 7), (7, 300)):
        lines = requested(signer, leaves(size), old)
        text = Checkpoint(KEY.name, size, merkle.root(size, reader(leaves(size)))).text()
        assert lines == KEY.sign(text)
        assert signer.status().size == size


@pytest.mark.parametrize(
    ("log", "old", "refusal"),
    [
        (leaves(7, "x"), 7, "A checkpoint of 7 entries is signed already, so 7 can't be signed"),
        (leaves(6), 6, "A checkpoint of 7 entries is signed already, so 6 can't be signed"),
        (leaves(3, "x"), 0, "so 3 can't be signed"),
        (leaves(0), 0, "so 0 can't be signed"),
        (leaves(9, "x"), 7, "The 9 entries don't begin with the 7 entries that are signed already"),
        (leaves(9), 5, "don't begin with"),
        (leaves(9), 0, "don't begin with"),
    ],
)
def test_second_history_is_refused(log: Log, old: int, refusal: str) -> None:
    signer = Signer([KEY], Notes())
    before = requested(signer, leaves(7), 0)
    with pytest.raises(SigningError, match=refusal):
        requested(signer, log, old)
    # The last checkpoint is signed again, with the same signature.
    assert requested(signer, leaves(7), 3) == before


def test_hand_made_proofs_are_refused() -> None:
    """A proof of every length from 0 to 12, also with a part of an honest one."""
    signer = Signer([KEY], Notes())
    requested(signer, leaves(5), 0)
    read = reader(leaves(9))
    honest = merkle.consistency_proof(5, 9, read)
    forged = hashlib.sha256(b"forged").digest()
    for length in range(13):
        for proof in ([forged] * length, [*honest, *[forged] * length][: length + 1], honest[:length]):
            if proof != honest:
                for root in (forged, merkle.root(9, read)):
                    with pytest.raises(SigningError):
                        signer.sign(9, root, proof)
    assert signer.status().size == 5


@pytest.mark.parametrize(
    "request_line",
    [
        b"",
        b"null",
        b"[]",
        b'"sign"',
        b"{",
        b"\xff",
        b"{}",
        b'{"do":"key"}',
        b'{"do":"status","size":1}',
        b'{"do":"sign","text":"elsewhere.example\\n1\\n"}',
        b'{"do":"sign","size":"1","root":"AA==","proof":[],"rotate":false}',
        b'{"do":"sign","size":1,"root":"AA==","proof":[],"rotate":false}',
        b'{"do":"sign","size":-1,"root":"' + b"A" * 43 + b'=","proof":[],"rotate":false}',
        b'{"do":"sign","size":1,"root":"' + b"A" * 43 + b'=","proof":[1],"rotate":false}',
        b'{"do":"sign","size":1,"root":"' + b"A" * 43 + b'=","proof":["\xc3\xa9"],"rotate":false}',
        b"[" * 10_000,
    ],
)
def test_nothing_else_is_signed(request_line: bytes) -> None:
    signer = Signer([KEY], Notes())
    assert respond_to(signer, request_line).keys() == {"refused"}
    assert signer.memory.read() is None


def test_state_is_on_the_disk_before_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, then name, then folder; a signer whose disk fails doesn't answer."""
    synced: list[int] = []

    def fsync(number: int) -> None:
        synced.append(os.fstat(number).st_ino)

    signer = Signer([KEY], FileMemory(tmp_path))
    monkeypatch.setattr(os, "fsync", fsync)
    requested(signer, leaves(2), 0)
    assert synced == [(tmp_path / "checkpoint").stat().st_ino, tmp_path.stat().st_ino]
    assert signed_by((tmp_path / "checkpoint").read_text(), KEY.verifier())
    assert (tmp_path / "checkpoint").stat().st_mode & 0o777 == 0o600

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        requested(signer, leaves(3), 2)
    assert signer.status().size == 2


def test_two_signers_never_share_a_state(tmp_path: Path) -> None:
    FileMemory(tmp_path)
    with pytest.raises(SigningError, match="Another signer already uses the folder"):
        FileMemory(tmp_path)


@pytest.fixture
def process() -> Iterator[Process]:
    with TemporaryDirectory(prefix="factcheck-", dir="/tmp") as folder:  # a short path, for the socket
        process = Process(Path(folder), str(KEY))
        assert process.once("--begin") == (0, "")
        yield process
        process.kill()


@pytest.fixture
def signed(process: Process, database: str, settings: Any) -> Process:
    """A log whose publishers have no key."""
    disarm()
    settings.LOG_SIGNING_KEY, settings.LOG_SIGNER = "/nowhere/key", str(process.socket)
    settings.LOG_VERIFIER_KEY = str(KEY.verifier())
    process.start()
    return process


def sizes() -> list[int]:
    return list(LogCheckpoint.objects.order_by("size").values_list("size", flat=True))


def test_publishers_need_no_key(signed: Process, client: Any) -> None:
    publish_some(1)
    publish_some(300)
    assert sizes() == [1, 301]
    assert all(signed_by(row.note, KEY.verifier()) for row in LogCheckpoint.objects.all())
    assert (signed.socket.stat().st_mode & 0o777, signed.state().size) == (0o660, 301)
    call_command("verify_record")
    assert client.get("/api/v1/log/key").content.decode() == f"{KEY.verifier()}\n"


def test_older_database_is_not_continued(signed: Process, template: str, settings: Any) -> None:
    """As after a backup was restored. A key in the publisher's process signs both histories."""
    publish_some(3)
    with fresh_database(template):
        disarm()
        with pytest.raises(SetupError, match="has signed 3 entries that aren't in this database of 0 entries"):
            publish_some(1)
        assert not LogEntry.objects.exists()
        settings.LOG_SIGNER, settings.LOG_SIGNING_KEY = "", str(KEY)
        publish_some(3)
        (second,) = LogCheckpoint.objects.all()
        assert (second.size, signed_by(second.note, KEY.verifier())) == (3, True)
        assert bytes(second.root) != signed.state().root


def test_longer_second_history_in_the_database_is_not_signed(signed: Process, template: str, settings: Any) -> None:
    """The owner of the database can write another history, but not have it signed."""
    publish_some(2)
    with fresh_database(template):
        disarm()
        settings.LOG_SIGNER, settings.LOG_SIGNING_KEY = "", str(KEY)
        publish_some(4)  # signed with a stolen copy of the key, so that the database looks right
        settings.LOG_SIGNER = str(signed.socket)
        publish_some(1)  # committed, but never signed
        assert (sizes(), signed.state().size) == ([4], 2)
        with pytest.raises(SetupError, match="The 5 entries don't begin with the 2 entries that are signed already"):
            publish_some(1)
        with pytest.raises(CommandError, match="don't begin with"):
            call_command("sign_log")
        assert (sizes(), signed.state().size, LogEntry.objects.count()) == ([4], 2, 5)


def test_publication_that_is_rolled_back_was_never_signed(signed: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_some(1)
    with monkeypatch.context() as patched:
        patched.setattr("factcheck.record.publish.PROJECTIONS", [Broken()])
        with pytest.raises(DatabaseError):
            publish_some(1)
    assert (signed.state().size, LogEntry.objects.count()) == (1, 1)
    publish_some(2)
    assert (sizes(), signed.state().size) == ([1, 3], 3)


class Broken:
    def apply(self, published: Any) -> None:
        raise DatabaseError


@pytest.mark.parametrize("publish_again", [True, False])
def test_publisher_that_is_killed_after_the_answer(signed, monkeypatch, publish_again):
    """The checkpoint is rolled back, but not its entries: they are signed again, or with the next ones."""
    publish_some(1)

    def killed(**values: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(LogCheckpoint.objects, "create", killed)
        publish_some(2)
    assert (sizes(), signed.state().size, LogEntry.objects.count()) == ([1], 3, 3)
    first = signed.state()
    if publish_again:
        publish_some(1)
        assert sizes() == [1, 3, 4]
    else:
        call_command("sign_log")
    assert bytes(LogCheckpoint.objects.get(size=3).root) == first.root
    call_command("verify_record")


@pytest.mark.parametrize(("when", "remembered"), [("before", 1), ("after", 3)])
def test_signer_that_is_killed(signed: Process, when: str, remembered: int) -> None:
    publish_some(1)
    signed.kill()
    signed.start(str(ROOT / "tests/security/killed_signer.py"), when)
    publish_some(2)  # committed, and no signature comes
    assert signed.running
    assert signed.running.wait(30) == -signal.SIGKILL
    signed.kill()  # closes its output
    assert (sizes(), signed.state().size, LogEntry.objects.count()) == ([1], remembered, 3)
    with pytest.raises(SetupError, match=r"the log's signer at .* doesn't answer .*Start the service factcheck-signer"):
        publish_some(1)
    assert LogEntry.objects.count() == 3
    signed.start()
    publish_some(1)
    assert (sizes(), signed.state().size) == ([1, 3, 4], 4)
    call_command("verify_record")


def test_key_is_rotated_by_the_signer(signed: Process) -> None:
    publish_some(1)
    new = SigningKey.generate(KEY.name)
    signed.kill()
    (signed.folder / "key").write_text(f"{KEY}\n{new}\n")
    signed.start()
    publish_some(1)
    call_command("rotate_log_key")
    rotation = LogCheckpoint.objects.get(size=3)
    assert [signed_by(rotation.note, key.verifier()) for key in (KEY, new)] == [True, True]
    publish_some(1)
    signed.kill()
    (signed.folder / "key").write_text(str(new))
    signed.start()
    publish_some(1)
    newest = LogCheckpoint.objects.get(size=5)
    assert [signed_by(newest.note, key.verifier()) for key in (KEY, new)] == [False, True]
    call_command("verify_record")
    signed.kill()
    (signed.folder / "key").write_text(str(KEY))  # the old key, for example from a backup
    assert signed.once()[1].startswith("The last checkpoint was signed by the key")


def test_signer_without_its_state_signs_nothing(signed: Process, tmp_path: Path) -> None:
    """Otherwise a signer whose disk was lost would begin a second history."""
    publish_some(2)
    signed.kill()
    (signed.folder / "checkpoint").rename(tmp_path / "lost")
    assert signed.once() == (
        1, "The signer doesn't know what it has signed. Run it once with --begin or --adopt FILE.",
    )  # fmt: skip
    (tmp_path / "newest").write_text(LogCheckpoint.objects.get(size=2).note.replace("2\n", "3\n", 1))
    assert signed.once("--adopt", str(tmp_path / "newest")) == (1, "The checkpoint isn't signed by the log's key.")
    (tmp_path / "newest").write_text(LogCheckpoint.objects.get(size=2).note)
    assert signed.once("--adopt", str(tmp_path / "newest")) == (0, "")
    assert signed.once("--begin")[1] == "The signer has already signed checkpoints, and never forgets them."
    signed.start()
    publish_some(1)
    assert sizes() == [2, 3]


def test_signer_without_the_keys_of_people_signs_nothing(signed: Process) -> None:
    """Otherwise a lost file would end the signatures of two people in silence."""
    signed.kill()
    (signed.folder / "approvals.sqlite3").unlink()
    status, reason = signed.once()
    assert (status, "have-two-people-sign" in reason) == (1, True)
    assert not (signed.folder / "approvals.sqlite3").exists()


def test_witness_signatures_are_not_continued(tmp_path: Path) -> None:
    """An adopted checkpoint is often one that readers see."""
    process, witness = Process(tmp_path, str(KEY)), SigningKey.generate("witness.example")
    text = Checkpoint(KEY.name, 2, merkle.root(2, reader(leaves(2)))).text()
    (tmp_path / "newest").write_text(f"{text}\n{witness.sign(text)}{KEY.sign(text)}{witness.sign(text)}")
    assert process.once("--adopt", str(tmp_path / "newest")) == (0, "")
    assert (tmp_path / "checkpoint").read_text() == f"{text}\n{KEY.sign(text)}"


def test_key_never_leaves_the_signer(process: Process) -> None:
    """Whatever is sent to it, and whatever it prints."""
    process.start()
    seed = str(KEY).rpartition("+")[2]
    for line in (b'{"do":"status"}\n', b'{"do":"rotation"}\n', b"\xff\n", b"x" * (MAX_LINE + 9) + b"\n", b""):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(process.socket))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError), connection.makefile("rb") as lines:  # too long to be read to its end
                assert seed not in lines.read().decode()
    assert RemoteSigner(str(process.socket)).status().keys == (VerifierKey.parse(str(KEY.verifier())),)
    (process.folder / "key").write_text(f"{KEY}!")
    process.kill()
    code, complained = process.once()
    assert (code, seed in complained) == (1, False)


def test_settings_that_lack_something_are_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LOG_SIGNING_KEY", str(tmp_path / "absent"))
    with pytest.raises(SystemExit, match="No such file"):
        main([])
    (tmp_path / "key").write_text(str(KEY))
    monkeypatch.setenv("LOG_SIGNING_KEY", str(tmp_path / "key"))
    monkeypatch.setenv("LOG_SIGNER_STATE", str(tmp_path))
    main(["--begin"])
    assert "continues 127.0.0.1:8000/api/v1/log after 0 entries" in capsys.readouterr().out
