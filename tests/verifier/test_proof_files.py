"""One proof in a file, checked without a network by the verifier that outsiders run."""

import json
import random
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from factcheck.record.log.notes import COSIGNATURE, SigningKey, open_note
from factcheck.record.models import LogCheckpoint, LogEntry
from factcheck.record.proof_files import make_proof
from tests.drafts import erase_review, make_newsroom, make_review, publish_review
from tests.record.conftest import disarm, publish_some
from tests.verifier.verifying import cosign, verify
from verifier import verifier

SIZE = 300


@pytest.fixture(scope="module")
def entries(module_database: str) -> list[LogEntry]:
    """Two entries about a review that was erased, then many others; the last tile isn't full."""
    newsroom = make_newsroom()
    erased = make_review(newsroom)
    publish_review(newsroom, erased)
    erase_review(newsroom, erased)
    disarm()
    publish_some(SIZE - 2)
    return list(LogEntry.objects.order_by("sequence"))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> None:
        raise AssertionError("The check uses the network.")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(verifier.Site, "get", refuse)


def proof_of(entry: LogEntry) -> dict[str, Any]:
    proof = make_proof(entry)
    assert proof
    return proof


def check(proof: object, folder: Path, capsys: Any, *arguments: str) -> tuple[int, str]:
    file = folder / "proof.json"
    file.write_text(json.dumps(proof), encoding="utf-8")
    return verify("--proof", str(file), *arguments, capsys=capsys)


def test_proof_of_every_place_in_the_tree(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    for number in (0, 1, 2, 127, 128, 255, 256, 257, SIZE - 2, SIZE - 1):
        entry = entries[number]
        code, said = check(proof_of(entry), tmp_path, capsys)
        document = "has been erased" if number == 0 else "is unchanged"
        first, second = said.split("\n")
        assert (code, first) == (
            0,
            f"Entry {number} is {entry.kind} of {entry.subject}, revision {entry.number}, of"
            f" {json.loads(entry.leaf())['at']}. Its document {document}, and the signed log of {SIZE} entries contains"
            " the entry.",
        )
        assert second.startswith("The key is from the file. Compare it with another source: 127.0.0.1:8000/api/v1/log+")


def test_key_and_witness_from_elsewhere(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    proof = proof_of(entries[5])
    assert check(proof, tmp_path, capsys, "--key", proof["key"])[1].count("\n") == 0
    other = SigningKey.generate("127.0.0.1:8000/api/v1/log")
    code, said = check(proof, tmp_path, capsys, "--key", str(other.verifier()))
    assert (code, said[:58]) == (1, "The checkpoint of 300 entries does not carry the signature")
    code, said = check(proof, tmp_path, capsys, "--key", str(SigningKey.generate("other.example").verifier()))
    assert (code, said) == (1, "The checkpoint is of 127.0.0.1:8000/api/v1/log, not of other.example.")
    witness = SigningKey.generate("w.example")
    key = str(witness.verifier(COSIGNATURE))
    code, said = check(proof, tmp_path, capsys, "--witness", key)
    assert (code, said) == (1, "The witness w.example has not cosigned the checkpoint of 300 entries.")
    text = open_note(proof["checkpoint"])[0]
    LogCheckpoint.objects.get(size=SIZE).cosignatures.create(
        witness="w.example", line=cosign(witness, text, int(time.time()))
    )
    assert check(proof_of(entries[5]), tmp_path, capsys, "--witness", key)[0] == 0


def test_every_change_is_found(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    proof = proof_of(entries[7])
    other = proof_of(entries[8])
    for name in ("leaf", "document", "salt", "proof", "checkpoint"):
        assert check({**proof, name: other[name]}, tmp_path, capsys)[0] == (0 if name == "checkpoint" else 1), name
    verdict = proof["document"].replace('"slug":"false"', '"slug":"true"')
    code, said = check({**proof, "document": verdict}, tmp_path, capsys)
    assert (code, said) == (1, "The document of entry 7 doesn't match its digest in the log.")
    assert check({**proof, "proof": proof["proof"][:-1]}, tmp_path, capsys)[0] == 1
    assert check({**proof, "proof": [*proof["proof"], proof["proof"][0]]}, tmp_path, capsys)[0] == 1
    code, said = check({**proof, "document": other["document"], "salt": other["salt"]}, tmp_path, capsys)
    assert (code, said) == (1, "The document of entry 7 doesn't match its digest in the log.")


def test_random_damage_is_never_believed(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    proof = proof_of(entries[7])
    chance = random.Random(21)
    whole = json.dumps(proof)
    for _ in range(300):
        at = chance.randrange(len(whole))
        text = whole[:at] + chance.choice('0aZ"\\{}[],:\x00é\ud800') + whole[at + 1 :]
        file = tmp_path / "proof.json"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        code, said = verify("--proof", str(file), capsys=capsys)
        try:
            same = json.loads(text) == proof
        except ValueError:
            same = False
        # Spare bits of a signature's base64 don't change the signature.
        in_signature = whole.index('"checkpoint"') < at < whole.index('"key"')
        assert (code == 0) == same or (in_signature and code == 0), (text[at - 20 : at + 20], said)


def test_file_that_is_no_proof(entries: Any, tmp_path: Path, capsys: Any) -> None:
    proof = proof_of(entries[7])
    for wrong in ([], {}, {**proof, "more": 1}, {**proof, "proof": [1]}, {**proof, "leaf": None}, {**proof, "salt": 7},
                  {**proof, "leaf": "\ud800"}):  # fmt: skip
        code, said = check(wrong, tmp_path, capsys)
        assert (code, said.partition("proof.json ")[2]) == (
            2, "is not a proof: a value in it is missing or malformed.",
        )  # fmt: skip
    assert verify("--proof", str(tmp_path / "none"), capsys=capsys)[0] == 2
    (tmp_path / "x").write_text("<html>")
    assert verify("--proof", str(tmp_path / "x"), capsys=capsys)[1].endswith("is not a proof: it is not JSON.")
    for arguments in ([], ["http://a.example", "--proof", "x"]):
        with pytest.raises(SystemExit) as stopped:
            verifier.main(arguments)
        assert stopped.value.code == 2
