"""The service decodes files of several clients, and a file that hangs or kills its decoder harms nobody else."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from factcheck.clean_room import door
from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NotDecoded
from tests.support import clean_room
from tests.support.scenes import as_bytes, scene

ROOT = Path(__file__).parents[2]
# The limit of processes doesn't hold for root. The test's other account may read Python in root's home.
RIGHTS = "+dac_read_search"
OTHER_ACCOUNT = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
OTHER_ACCOUNT += [f"--inh-caps={RIGHTS}", f"--ambient-caps={RIGHTS}"]
# The service with a decoder that an attacker controls. It answers which attacks succeeded.
HOSTILE = """
import os, socket
from factcheck.clean_room import program, service
path = os.environ["CLEAN_ROOM"]
def bind():
    socket.socket(socket.AF_UNIX).bind(path + ".new")
attacks = {
    "fork": lambda: os.fork() or os._exit(0), "delete": lambda: os.unlink(path), "bind": bind,
    "rename": lambda: os.rename(path, path + ".old"), "signal": lambda: os.kill(os.getppid(), 0),
}
def succeeds(attack):
    try:
        attack()
    except OSError:
        return False
    return True
def decode(body):
    return {"done": [name for name, attack in attacks.items() if succeeds(attack)]}
program.load = lambda kind: decode
service.main()
"""


@pytest.fixture
def command() -> list[str]:
    return ["-m", "factcheck.clean_room.service"]


@pytest.fixture
def service(command: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    monkeypatch.setattr(door, "_exchange", clean_room.exchange_with_a_process)
    with TemporaryDirectory(prefix="factcheck-", dir="/tmp") as folder:  # a short path, for the socket
        settings.CLEAN_ROOM = f"{folder}/socket"
        environment = {"CLEAN_ROOM": settings.CLEAN_ROOM, "PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1"}
        other = OTHER_ACCOUNT if os.geteuid() == 0 else []
        if other:
            os.chown(folder, 65534, 65534)
        process = subprocess.Popen([*other, sys.executable, *command], cwd=ROOT, env=environment)
        deadline = time.monotonic() + 60
        while not Path(settings.CLEAN_ROOM).exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.05)  # between bind and listen
        yield process
        process.kill()
        process.wait()


def test_service_decodes_every_kind(service: subprocess.Popen[bytes], settings: Any) -> None:
    assert Path(settings.CLEAN_ROOM).stat().st_mode & 0o777 == 0o660
    page = decode("page", b"<title>T</title><p>x</p>", url="https://a.example/", content_type="text/html")
    assert (page["title"], page["everything"].split()) == ("T", ["T", "x"])
    assert decode("picture", as_bytes(scene(1)), hashes="stored")["media_type"] == "image/jpeg"
    assert decode("picture_for_readers", as_bytes(scene(1), "PNG"))["content"].startswith(b"\x89PNG")
    assert decode("upload", iter([b"%PDF", b"-1.7\n"])) == {"kind": "pdf"}
    for damaged in ("pdf", "picture"):
        with pytest.raises(NotDecoded):
            decode(damaged, b"\x89PNG\r\n\x1a\nx")


@pytest.mark.parametrize("command", [["-c", HOSTILE]])
def test_code_in_a_decoder_cannot_outlive_its_file_or_take_the_socket(service: subprocess.Popen[bytes]) -> None:
    """Before, a decoder that forked and bound the socket again received everybody's next file.

    The kernel of the machine that runs the tests can lack Landlock (0), or its rule about signals (up to 5).
    """
    landlock = ctypes.CDLL(None).syscall(444, None, 0, 1)
    done = [] if landlock >= 6 else ["signal"] if landlock > 0 else ["delete", "bind", "signal"]
    assert decode("upload", b"") == {"done": done}
    assert service.poll() is None


def test_client_that_sends_nothing_delays_nobody(service: subprocess.Popen[bytes], settings: Any) -> None:
    with ThreadPoolExecutor() as pool, door._room(), door._room():
        kinds = list(pool.map(lambda body: decode("upload", body)["kind"], [b"%PDF-", b"WARC/1.1"] * 6))
    assert kinds == ["pdf", "warc"] * 6
    assert service.poll() is None


def test_request_that_names_no_decoder_is_refused(service: subprocess.Popen[bytes]) -> None:
    with pytest.raises(NotDecoded):
        decode("os.system", b"id")
    assert decode("upload", b"")["kind"] is None


def test_site_without_its_room_decodes_nothing(service: subprocess.Popen[bytes]) -> None:
    """The site never decodes a file itself because the service is gone."""
    service.kill()
    service.wait()
    with pytest.raises(ConnectionError):
        decode("upload", b"%PDF-")
