"""Attacks by code that controls a decoder, and the limits of its time."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from factcheck.clean_room import door
from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NoAnswer, NotDecoded
from tests.support import clean_room
from tests.support.scenes import as_bytes, scene
from tests.support.workbooks import cell, workbook

MARKER = "a-secret-of-the-desk"
HOSTILE = Path(__file__).with_name("hostile_program.py")


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    has_bubblewrap = door.has_bubblewrap
    has_bubblewrap.cache_clear()
    yield
    has_bubblewrap.cache_clear()


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A parent with a secret in its environment, a secret file, a server and a database's socket."""
    with TemporaryDirectory(prefix="factcheck-", dir="/tmp") as name, socket.socket(socket.AF_UNIX) as database:
        folder = Path(name)
        (folder / "secret").write_text(MARKER)
        database.bind(str(folder / "database"))
        database.listen()
        with socket.create_server(("127.0.0.1", 0)) as server:
            monkeypatch.setattr(door, "_PROGRAM", HOSTILE)
            yield {
                "marker": MARKER,
                "secret": str(folder / "secret"),
                "outside": str(folder / "made"),
                "port": server.getsockname()[1],
                "database": str(folder / "database"),
            }


def run_attack(targets: dict[str, Any], command: str) -> str:
    """Attack from a process whose environment has the secret since its start, as systemd starts the desk."""
    script = (
        "import django, json, sys; django.setup(); from pathlib import Path; from factcheck.clean_room import door;"
        f" door._PROGRAM = Path({str(HOSTILE)!r}); {command};"
        " print(json.dumps(door.decode('html', b'', **json.load(sys.stdin))['done']))"
    )
    environment = {**os.environ, "SECRET_OF_THE_DESK": MARKER, "PYTHONPATH": str(HOSTILE.parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(targets),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.prove
def test_attack_in_bubblewrap_reaches_nothing(targets: dict[str, Any]) -> None:
    """On the code before, the same program read the environment and the file, wrote, and connected to both servers.

    Bubblewrap keeps no rights of root, so Python must be where everybody can read it.
    """
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    found = run_attack(
        targets, f"sys.executable = {python!r}; door._PLACES = door._PLACES[:4]; assert door.has_bubblewrap()"
    )
    assert found == "[]"


def run_as_decoder(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a child without bubblewrap run this program instead of the decoders."""
    file = folder / "program.py"
    file.write_text(program)
    monkeypatch.setattr(door, "_PROGRAM", file)
    monkeypatch.setattr(door, "has_bubblewrap", lambda: False)


def test_attack_in_a_child_does_not_reach_the_environment(targets: dict[str, Any]) -> None:
    """Without bubblewrap, the child still has its account's files and the network, as the page of settings says."""
    found = run_attack(targets, "door.has_bubblewrap = lambda: False")
    assert found == '["file", "write", "network", "database"]'


def test_start_without_bubblewrap_uses_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not door.has_bubblewrap()
    assert decode("picture", as_bytes(scene(1)))["media_type"] == "image/jpeg"


def test_decoder_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run_as_decoder("while True: pass", tmp_path, monkeypatch)
    monkeypatch.setattr(door, "SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(NoAnswer):  # the file may be in order, and the machine slow
        decode("page", b"<p>x", url="https://a.example/", content_type="")
    assert time.monotonic() - began < 20


def test_decoder_that_never_stops_answering_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run_as_decoder("import sys\nwhile True: sys.stdout.buffer.write(b' ' * 100_000)", tmp_path, monkeypatch)
    monkeypatch.setattr(door, "MAX_ANSWER", 1_000_000)
    with pytest.raises(NotDecoded):
        decode("page", b"<p>x", url="https://a.example/", content_type="")


@pytest.mark.parametrize("answer", [b"[]", b"5", b'"refused"', b"null"])
def test_answer_that_is_no_object_is_refused(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_exchange", lambda pieces: answer)
    with pytest.raises(NotDecoded):
        decode("upload", b"%PDF-")


@pytest.mark.parametrize(
    "wrong",
    [
        {"media_type": "text/html"}, {"media_type": ["image/png"]}, {"width": "5"}, {"height": 0}, {"width": True},
        {"hashes": [1]}, {"hashes": "ab"}, {"hashes": [1, 2**63]}, {"hashes": {"1": 2}},
    ],
)  # fmt: skip
def test_picture_with_impossible_values_is_refused(wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"media_type": "image/png", "width": 5, "height": 5, "hashes": [1, 2]}
    monkeypatch.setattr(door, "_exchange", lambda pieces: json.dumps(found).encode())
    assert decode("picture", b"", hashes="stored") == found
    found |= wrong
    with pytest.raises(NotDecoded):
        decode("picture", b"", hashes="stored")


def test_file_without_an_answer_is_not_called_damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A room that is restarted, or that needed the memory, says nothing about the file."""
    run_as_decoder("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", tmp_path, monkeypatch)
    with pytest.raises(NoAnswer):
        decode("upload", b"%PDF-")


def test_file_that_needs_too_much_processor_time_is_refused() -> None:
    script = (
        "import io, sys; from factcheck.clean_room import program; program.CPU_SECONDS = 1;"
        " program.limit_process();"
        " program.load = lambda kind: lambda body: [None for _ in iter(int, 1)];"
        ' print(program.answer(io.BytesIO(b\'{"kind": "x"}\\n\')).decode())'
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(ran.stdout) == {"refused": False}


@pytest.mark.prove
def test_picture_at_the_limit_of_pixels_is_decoded() -> None:
    """The limit of memory leaves room for the largest picture that an editor may upload."""
    large = as_bytes(scene(1).resize((8000, 5000)))
    found = decode("picture_for_readers", large)
    assert (found["width"], found["height"]) == (2000, 1250)
    assert len(decode("picture", large, hashes="stored")["hashes"]) == 2
    transparent = as_bytes(scene(1).resize((8000, 5000)).convert("RGBA"), "PNG")
    assert decode("picture_for_readers", transparent)["width"] == 2000


def test_workbook_with_a_cell_far_away_ends_only_its_room() -> None:
    far = workbook(f'<row r="1">{cell("A1", "x")}</row>', f'<row r="1048576">{cell("XFD1048576", "x")}</row>')
    with pytest.raises((NotDecoded, NoAnswer)):
        decode("table", far)
    assert decode("table", b"claim,verdict\n")["rows"] == [["claim", "verdict"]]
