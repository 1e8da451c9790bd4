"""The public log over HTTP, against RFC 6962 written out naively and the C2SP paths."""

import base64
import hashlib
from typing import Any

import pytest
from django.test import Client

from factcheck.record.log import tree
from factcheck.record.log.notes import VerifierKey, open_note, signed_by
from factcheck.record.models import LogEntry
from tests.api.conftest import Api
from tests.record.conftest import disarm, publish_some
from tests.support.tree_roots import naive_root

SIZE = 700


@pytest.fixture(scope="module")
def filled(module_database: str) -> list[bytes]:
    """700 entries; gives their leaves."""
    tree.signing_key.cache_clear()
    disarm()
    publish_some(1)
    publish_some(SIZE - 1)
    return [entry.leaf() for entry in LogEntry.objects.order_by("sequence")]


def get(path: str) -> Any:
    return Client().get(f"/api/v1/log/{path}")


def test_checkpoint_is_signed_and_brief(filled: list[bytes]) -> None:
    response = get("checkpoint")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=2"
    note = response.content.decode()
    origin, size, root, last = open_note(note)[0].split("\n")
    assert (origin, size, last) == ("127.0.0.1:8000/api/v1/log", "700", "")
    assert base64.b64decode(root) == naive_root(filled)
    assert signed_by(note, VerifierKey.parse(get("key").content.decode()))


def test_checkpoint_carries_cosignatures(filled: list[bytes]) -> None:
    before = get("checkpoint").content.decode()
    checkpoint = tree.newest_checkpoint()
    assert checkpoint
    checkpoint.cosignatures.create(witness="w.example", line="\N{EM DASH} w.example AAAAAAAA\n")
    assert get("checkpoint").content.decode() == before + "\N{EM DASH} w.example AAAAAAAA\n"


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [("000", 0, 256), ("001", 256, 512), ("002.p/188", 512, 700), ("002.p/1", 512, 513), ("000.p/5", 0, 5)],
)
def test_tiles_and_bundles(filled: list[bytes], path: str, start: int, end: int) -> None:
    tile = get(f"tile/0/{path}")
    assert tile.status_code == 200
    assert tile["Content-Type"] == "application/octet-stream"
    assert tile["Cache-Control"] == "public, max-age=31536000, immutable"
    assert tile.content == b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in filled[start:end])
    bundle = get(f"tile/entries/{path}")
    assert bundle["Cache-Control"] == "public, max-age=31536000, immutable"
    assert bundle.content == b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in filled[start:end])


def test_tile_of_level_1(filled: list[bytes]) -> None:
    assert get("tile/1/000.p/2").content == naive_root(filled[:256]) + naive_root(filled[256:512])


@pytest.mark.parametrize(
    "path",
    [
        "0/002", "0/002.p/189", "0/003", "0/003.p/1", "1/000", "1/000.p/3", "2/000.p/1", "00/000", "64/000", "0/0", "0/0000",
        "0/x000/000", "0/000.p/0", "0/000.p/256", "0/000.p/05", "0/000.p/", "0/000/", "0/x001/", "0/-01", "a/000", "0/xx/000",
        "0/x999/x999/x999/x999/x999/x999/999", "entries/002", "entries/003.p/1", "entries/", "entries/000.p/257",
    ],
)  # fmt: skip
def test_tile_that_is_not_there(filled: list[bytes], path: str) -> None:
    response = get(f"tile/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_proofs_take_the_newest_size_by_default(filled: list[bytes]) -> None:
    answer = Api().get("log/proofs/consistency", {"from": 300})
    assert (answer["from"], answer["to"]) == (300, 700)
    assert base64.b64decode(answer["from_root_hash"]) == naive_root(filled[:300])
    assert base64.b64decode(answer["to_root_hash"]) == naive_root(filled)
    assert len(answer["proof"]) == 9
    assert Api().get("log/proofs/consistency", {"from": 700})["proof"] == []


@pytest.mark.parametrize(
    ("address", "query", "named"),
    [
        ("log/proofs/consistency", {"from": 5, "to": 4}, ["from"]),
        ("log/proofs/consistency", {"from": 5, "to": 900}, ["to"]),
        ("log/proofs/consistency", {"form": 5}, ["form", "from"]),
        ("log/proofs/consistency", {"from": "x"}, ["from"]),
        ("log/proofs/consistency", {"from": [1, 2]}, ["from"]),
        ("log/proofs/consistency", {"from": "9" * 30}, ["from"]),
        ("log/checkpoint", {"size": 5}, ["size"]),
    ],
)
def test_proofs_refuse(filled: list[bytes], address: str, query: Any, named: list[str]) -> None:
    problem = Api().problem(address, query)
    assert [error["parameter"] for error in problem["errors"]] == named


def test_document_of_an_entry_has_the_digest(filled: list[bytes]) -> None:
    entry = LogEntry.objects.get(sequence=44)
    response = get("documents/44")
    assert hashlib.sha256(bytes.fromhex(response["Factcheck-Salt"]) + response.content).hexdigest() == entry.digest
    assert response["Factcheck-Digest"] == entry.digest
    assert response["Factcheck-Sequence"] == "44"
    assert response["Cache-Control"] == "no-cache"
    assert get("documents/700").status_code == 404


def test_empty_log_has_no_checkpoint(database: str) -> None:
    assert get("checkpoint").status_code == 404
