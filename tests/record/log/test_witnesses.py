"""Our witness and a malicious log, over real HTTP."""

import os
import re
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from stat import S_ISDIR
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from factcheck.record.log import tree
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, signed_by
from factcheck.record.models import Cosignature, LogCheckpoint
from tests.record.conftest import publish_some
from tests.support.serving import running

SCRIPT = str(Path(__file__).parents[3] / "examples" / "witness.py")


@contextmanager
def witnessing(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """The key and the URL of a witness that watches this log, in a process of its own."""
    options = ["--folder", str(folder)]
    made = subprocess.run(
        [sys.executable, SCRIPT, *options, "make-key", name], capture_output=True, text=True, check=True
    ).stdout
    process = subprocess.Popen(
        [sys.executable, SCRIPT, *options, "serve", str(tree.signing_key().verifier()), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    found = re.fullmatch(r"(\S+) on (\S+)\n", process.stdout.readline())
    assert found
    assert found[1] == made.strip()
    yield found[1], found[2]
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def witness(bare_record: None, tmp_path: Path, settings: Any) -> Iterator[VerifierKey]:
    """A witness that watches this log, configured; gives its key."""
    tree.signing_key.cache_clear()
    with witnessing(tmp_path / "witness", "witness.example/w") as (key, url):
        settings.LOG_WITNESSES = f"{key} {url}"
        yield VerifierKey.parse(key)


def test_witness_cosigns_every_checkpoint_once(witness: VerifierKey, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ask_witnesses")
    for _ in range(3):
        publish_some(5)
        call_command("ask_witnesses")
        call_command("ask_witnesses")
    assert capsys.readouterr().out.splitlines() == [
        "witness.example/w cosigned 5 entries",
        "witness.example/w has cosigned 5 entries already",
        "witness.example/w cosigned 10 entries",
        "witness.example/w has cosigned 10 entries already",
        "witness.example/w cosigned 15 entries",
        "witness.example/w has cosigned 15 entries already",
    ]
    newest = LogCheckpoint.objects.get(size=15)
    assert signed_by(newest.note + newest.cosignatures.get().line, witness)


def test_witness_is_asked_again_after_we_forgot(witness: VerifierKey) -> None:
    publish_some(3)
    call_command("ask_witnesses")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_cosignature DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM record_cosignature")
    publish_some(2)
    call_command("ask_witnesses")
    assert Cosignature.objects.get().checkpoint_id == 5


def test_witness_refuses_a_second_history(witness: VerifierKey, capsys: pytest.CaptureFixture[str]) -> None:
    publish_some(3)
    call_command("ask_witnesses")
    # A holder of the key signs another root for a larger log, with tiles to fit.
    with connections["owner"].cursor() as cursor:
        for table in ("record_logtile", "record_logcheckpoint"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE record_logtile SET hashes = decode(repeat('ab', 32 * 4), 'hex')")
        cursor.execute("SELECT count(*) FROM record_logtile")
    root = tree.merkle.root(4, tree.tile_reader())
    text = Checkpoint(tree.signing_key().name, 4, root).text()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logcheckpoint VALUES (4, %s, %s, now())",
            [root, f"{text}\n{tree.signing_key().sign(text)}"],
        )
    with pytest.raises(CommandError, match="1 of the witnesses did not cosign"):
        call_command("ask_witnesses")
    assert "it answered 422 the proof does not show that the new log contains the old one" in capsys.readouterr().out


def test_witness_refuses_another_key(witness: VerifierKey, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.LOG_SIGNING_KEY = str(SigningKey.generate("127.0.0.1:8000/api/v1/log"))
    tree.signing_key.cache_clear()
    publish_some(1)
    with pytest.raises(CommandError):
        call_command("ask_witnesses")
    assert "it answered 403 the checkpoint is not signed by the log's key" in capsys.readouterr().out
    tree.signing_key.cache_clear()


def test_witness_that_is_away_or_wrongly_configured(bare_record, settings, capsys):
    tree.signing_key.cache_clear()
    publish_some(1)
    key = SigningKey.generate("witness.example/w").verifier(4)
    settings.LOG_WITNESSES = f"{key} http://127.0.0.1:9"
    with pytest.raises(CommandError, match="1 of the witnesses"):
        call_command("ask_witnesses")
    assert "it does not answer" in capsys.readouterr().out
    settings.LOG_WITNESSES = str(key)
    with pytest.raises(CommandError, match="needs a verifier key and a URL"):
        call_command("ask_witnesses")


@contextmanager
def answering(data: bytes) -> Iterator[str]:
    """The address of something that answers every request with these bytes and hangs up."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = 0
            while (line := self.rfile.readline().lower()) not in (b"\r\n", b""):
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            self.rfile.read(length)
            self.wfile.write(data)

    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as address:
        yield address


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"SSH-2.0-x\r\n", "it does not answer ("),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\nx", "it does not answer (IncompleteRead"),
        (b"HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n99\r\nx", "it does not answer (IncompleteRead"),
        (b"HTTP/1.1 409 Conflict\r\nContent-Length: 5000\r\n\r\n" + b"1" * 5000, "it answered 409 1111"),
        ("HTTP/1.1 409 Conflict\r\n\r\n٣".encode(), "it answered 409 ٣"),
    ],
)
def test_witness_that_answers_nonsense_keeps_no_other_from_being_asked(witness, settings, capsys, data, said):
    publish_some(1)
    strange = SigningKey.generate("witness.example/strange").verifier(4)
    with answering(data) as address:
        settings.LOG_WITNESSES = f"{strange} {address} {strange} witness.example {settings.LOG_WITNESSES}"
        with pytest.raises(CommandError, match="2 of the witnesses did not cosign"):
            call_command("ask_witnesses")
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"witness.example/strange did not cosign 1 entries: {said}")
    assert "it does not answer (the URL isn't valid)" in second
    assert last == "witness.example/w cosigned 1 entries"


def test_witness_refuses_a_length_that_is_none(witness: VerifierKey, settings: Any) -> None:
    address = urlsplit(settings.LOG_WITNESSES.split()[1])
    for length in ("-1", "x", "", "1_0", "+5", "9" * 5000):
        connection = HTTPConnection(str(address.hostname), address.port, timeout=10)
        connection.putrequest("POST", "/add-checkpoint")
        connection.putheader("Content-Length", length)
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (400, b"the request does not specify its length\n"), length
        connection.close()


def test_second_witness_in_the_folder_does_not_start(witness: VerifierKey, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--folder", str(tmp_path / "witness"), "serve", str(tree.signing_key().verifier())],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, f"another witness is running in {tmp_path / 'witness'}\n")


def test_witness_has_what_it_cosigned_on_disk_before_it_answers(bare_record, tmp_path, monkeypatch, capsys):
    spec = spec_from_file_location("witness", SCRIPT)
    assert spec
    assert spec.loader
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    example.make_key(tmp_path, "witness.example/w")
    tree.signing_key.cache_clear()
    publish_some(1)
    newest = tree.newest_checkpoint()
    assert newest
    witness = example.Witness(tmp_path, [str(tree.signing_key().verifier())])
    done: list[str] = []
    fsync, replace, cosign = os.fsync, Path.replace, witness.cosign
    monkeypatch.setattr(
        os, "fsync", lambda file: done.append("folder" if S_ISDIR(os.fstat(file).st_mode) else "file") or fsync(file)
    )
    monkeypatch.setattr(Path, "replace", lambda self, target: done.append("replaced") or replace(self, target))
    monkeypatch.setattr(witness, "cosign", lambda text: done.append("cosigned") or cosign(text))
    witness.add_checkpoint(f"old 0\n\n{newest.note}")
    witness.alone.close()
    assert done == ["file", "replaced", "folder", "cosigned"]
