"""Two witnesses: what readers and operators see of them, and a second one that lies."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from factcheck.monitoring import checks
from factcheck.record.log import tree
from factcheck.record.log.notes import VerifierKey
from factcheck.record.models import Cosignature, LogCheckpoint
from tests.journeys.browser import Browser
from tests.record.conftest import publish_some
from tests.record.log.test_witnesses import answering, witnessing

NAMES = ("library.example/w", "university.example/w")


@pytest.fixture
def two(bare_record: None, tmp_path: Path, settings: Any) -> Iterator[list[str]]:
    """The words of LOG_WITNESSES for two running witnesses."""
    tree.signing_key.cache_clear()
    with witnessing(tmp_path / "a", NAMES[0]) as first, witnessing(tmp_path / "b", NAMES[1]) as second:
        settings.LOG_WITNESSES = " ".join([*first, *second])
        yield settings.LOG_WITNESSES.split()


def readiness() -> tuple[int, dict[str, Any]]:
    """The status of /readyz, and its check of the witnesses."""
    response = Client().get("/readyz")
    return response.status_code, next(each for each in response.json()["checks"] if each["name"] == "witnesses")


def verify_page() -> str:
    return Browser(Client()).open("/en/verify/").text


def cosignature(folder: Path, text: str, at: int) -> str:
    """A line that the witness with this folder would sign for any text."""
    stored = json.loads((folder / "key.json").read_text())
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(stored["seed"]))
    public = VerifierKey(stored["name"], key.public_key().public_bytes_raw(), 4)
    signature = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    return f"— {public.name} {base64.b64encode(public.id + at.to_bytes(8) + signature).decode()}\n"


def broken(line: str) -> str:
    data = bytearray(base64.b64decode(line.split()[2]))
    data[-1] ^= 1
    return f"{line.rpartition(' ')[0]} {base64.b64encode(data).decode()}\n"


def text_of(checkpoint: LogCheckpoint) -> str:
    return checkpoint.note.partition("\n\n")[0] + "\n"


def test_readers_see_who_cosigned_and_when(two: list[str]) -> None:
    publish_some(3)
    assert verify_page().count("It hasn’t cosigned yet.") == 2
    call_command("ask_witnesses")
    for name, row in zip(NAMES, Cosignature.objects.order_by("witness"), strict=True):
        assert abs(row.at - datetime.now(UTC)) < timedelta(minutes=2)
        assert f"Witness: {name} , with the key {two[2 * NAMES.index(name)]}" in verify_page()
        assert (
            f"On {row.at:%-d %B %Y, %H:%M} UTC , it cosigned 3 entries. Revision 1, which this page is about, is one of them."
            in verify_page()
        )
    assert readiness() == (200, {"name": "witnesses", "ok": True, "detail": (
        "Entries that witnesses have cosigned: 3 by library.example/w, 3 by university.example/w."
    )})  # fmt: skip


@pytest.mark.parametrize("count", [0, 1])
def test_site_without_two_witnesses_says_so_and_is_ready(two: list[str], settings: Any, count: int) -> None:
    settings.LOG_WITNESSES = " ".join(two[: 2 * count] * 2)  # one witness twice is still one
    publish_some(1)
    status, check = readiness()
    assert (status, check["ok"]) == (200, False)
    assert check["detail"].startswith(f"Witnesses in LOG_WITNESSES: {2 * count}. Name two")


def test_witness_that_stays_away_is_named_after_half_an_hour(two: list[str], settings: Any, monkeypatch: Any) -> None:
    settings.LOG_WITNESSES = " ".join([*two[:3], "http://127.0.0.1:9"])
    publish_some(2)
    with pytest.raises(CommandError, match="1 of the witnesses did not cosign"):
        call_command("ask_witnesses")
    assert readiness()[1]["ok"]
    monkeypatch.setattr(checks, "MAX_UNCOSIGNED", timedelta(0))
    status, check = readiness()
    assert (status, check["ok"]) == (200, False)
    assert check["detail"].startswith("Witnesses that haven't cosigned the newest checkpoint: university.example/w.")


LIES: dict[str, Callable[[Path, LogCheckpoint, LogCheckpoint], str]] = {
    "another key": lambda folder, _old, new: cosignature(folder.with_name("a"), text_of(new), int(time.time())),
    "an older size": lambda folder, old, _new: cosignature(folder, text_of(old), int(time.time())),
    "another origin": lambda folder, _old, new: cosignature(folder, f"x{text_of(new)}", int(time.time())),
    "a wrong signature": lambda folder, _old, new: cosignature(folder, text_of(new), int(time.time())).replace(
        "A", "B"
    ),
    "an old time": lambda folder, _old, new: cosignature(folder, text_of(new), int(time.time()) - 301),
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_of_a_witness_is_neither_stored_nor_shown(two: list[str], settings: Any, tmp_path: Path, lie: str) -> None:
    """The second witness answers with status 200 and a line. The first is asked as well."""
    publish_some(1)
    call_command("ask_witnesses")
    old = LogCheckpoint.objects.get(size=1)
    publish_some(2)
    line = LIES[lie](tmp_path / "b", old, LogCheckpoint.objects.get(size=3)).encode()
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(line), line)) as url:
        settings.LOG_WITNESSES = " ".join([*two[:3], url])
        with pytest.raises(CommandError, match="1 of the witnesses did not cosign"):
            call_command("ask_witnesses")
    assert sorted(Cosignature.objects.values_list("witness", "checkpoint")) == [
        (NAMES[0], 1), (NAMES[0], 3), (NAMES[1], 1)
    ]  # fmt: skip
    page = verify_page()
    assert (page.count(", it cosigned 3 entries."), page.count(", it cosigned 1 entry.")) == (1, 1)


def test_line_that_somebody_put_into_the_database_is_not_shown(two: list[str], tmp_path: Path) -> None:
    publish_some(1)
    forged = cosignature(tmp_path / "a", "x\n", int(time.time()))
    with connections["default"].cursor() as cursor:
        for name, line in zip(NAMES, (forged, "nonsense"), strict=True):
            cursor.execute("INSERT INTO record_cosignature (size, witness, line) VALUES (1, %s, %s)", [name, line])
    assert verify_page().count("It hasn’t cosigned yet.") == 2
    assert "0 by library.example/w, 0 by university.example/w" in readiness()[1]["detail"]
