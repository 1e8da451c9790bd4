"""One proof in a file, checked without a network by the verifier that outsiders run."""

import json
import random
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from factcheck.record.audit.proof_files import make_proof
from factcheck.record.log import tree
from factcheck.record.log.notes import COSIGNATURE, SigningKey, open_note
from factcheck.record.models import LogCheckpoint, LogEntry
from tests.record.conftest import disarm, publish_some, rotated
from tests.support.drafts import make_newsroom
from tests.verifier.verifying import cosign, forged, verify
from verifier import verifier

SIZE = 300
ORIGIN = "127.0.0.1:8000/api/v1/log"


@pytest.fixture(scope="module")
def entries(module_database: str) -> list[LogEntry]:
    """Two entries about a review that was erased, then many others; the last tile isn't full."""
    newsroom = make_newsroom()
    erased = newsroom.publish_new()
    newsroom.erase_review(erased)
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
    for number in (2, 3, 127, 128, 255, 256, 257, SIZE - 2, SIZE - 1):
        entry = entries[number]
        proof = proof_of(entry)
        code, said = check(proof, tmp_path, capsys, "--key", proof["key"])
        at = f"{entry.at.day} {entry.at:%B %Y, %H:%M} UTC"
        assert (code, said.split("\n")) == (
            0,
            [
                "This text is unchanged since its publication.",
                "Headline: Video là của năm 2020",
                f"Claim: {json.loads(proof['document'])['claim']['text']}",
                "Verdict: Sai",
                "Newsroom: Toà soạn",
                f"Review: {entry.subject}",
                f"Revision: 1 (original) of {at}",
                f"Log: entry {number} of {SIZE} entries, signed with the key {proof['key']}",
            ],
        )


def test_key_that_nobody_has_compared(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    """Rewriting verdict, leaf, root and checkpoint, and signing with another key, was once "unchanged"."""
    proof = proof_of(entries[5])
    verdict = json.loads(proof["document"])["verdict"] | {"slug": "true", "label": "Đúng"}
    forgery = forged(proof, verdict=verdict)
    for file, label in ((proof, "Sai"), (forgery, "Đúng")):
        code, said = check(file, tmp_path, capsys)
        assert (code, said.split("\n")[3]) == (3, f"Verdict: {label}")
        assert said.startswith("This file is signed by a key that you haven't compared, ")
        assert "unchanged" not in said
    code, said = check(forgery, tmp_path, capsys, "--key", proof["key"])
    assert (code, said[:58]) == (1, "The checkpoint of 300 entries does not carry the signature")


def test_erased_revision_has_the_entry_of_its_erasure(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    proof, other = proof_of(entries[0]), proof_of(entries[5])
    assert (proof["document"], proof["salt"]) == (None, None)
    for file in (proof, proof_of(entries[1])):  # the erasure has its own proof
        code, said = check(file, tmp_path, capsys, "--key", proof["key"])
        lines = said.split("\n")
        assert (code, lines[0], lines[1]) == (
            0,
            "This review was erased.",
            "Notice: Xoá theo yêu cầu của người có dữ liệu cá nhân được bảo vệ.",
        )
        assert (lines[3], lines[4][:21]) == (f"Review: {entries[0].subject}", "Revision: 2 (erasure)")
    assert check(proof, tmp_path, capsys)[0] == 3
    part = {name: other[name] for name in verifier.PART_KEYS}
    for erasure, expected in (
        (part, "Entry 5 doesn't erase entry 0."),
        ({**proof["erasure"], "document": part["document"]}, "The document of entry 1 doesn't match its digest in the log."),
        ({**proof["erasure"], "proof": part["proof"]}, "The proof does not lead from entry 1 to the checkpoint of 300 entries."),
    ):  # fmt: skip
        assert check({**proof, "erasure": erasure}, tmp_path, capsys, "--key", proof["key"]) == (1, expected)


def test_file_whose_text_was_cut_out(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    """This was once "erased"."""
    proof = proof_of(entries[5])
    erased = proof_of(entries[0])
    for cut, code in (
        ({**proof, "document": None, "salt": None}, 2),
        ({**proof, "document": None}, 2),
        ({**erased, "erasure": None}, 2),
        ({**erased, "erasure": {**erased["erasure"], "document": None}}, 2),
        ({**proof, "document": None, "erasure": erased["erasure"]}, 1),
    ):
        for key in ([], ["--key", proof["key"]]):
            found, said = check(cut, tmp_path, capsys, *key)
            assert (found, "erased" in said) == (code, False), said
    assert check({**proof, "document": None}, tmp_path, capsys)[1].startswith(
        f"This file contains no text. It only proves that the log contains revision 1 of {entries[5].subject}, of "
    )


def test_demand_and_withdrawal_in_words(database: str, tmp_path: Path, capsys: Any) -> None:
    newsroom = make_newsroom()
    review, demand = newsroom.make_review(), newsroom.make_demand()
    newsroom.publish_review(review)
    newsroom.withdraw_review(review)
    newsroom.publish_demand(demand)
    said = [check(proof_of(entry), tmp_path, capsys)[1].split("\n") for entry in LogEntry.objects.order_by("sequence")]
    assert said[1][1:4] == [
        "Headline: Video nước lũ là của năm 2020",
        "Verdict: withdrawn",
        "Newsroom: Toà soạn kiemchung.example",
    ]
    assert said[2][1:4] == ["From: Sở Thông tin tỉnh Ví Dụ", "Newsroom: Toà soạn kiemchung.example", "Outcome: refused"]


def test_rotation_names_both_keys(live: Any, settings: Any, tmp_path: Path, capsys: Any) -> None:
    old = tree.signing_key()
    new = rotated(settings)
    entry = LogEntry.objects.get(kind="key.rotation")
    proof = Client().get(f"/keys/{entry.subject}/revisions/1/proof.json").json()
    capsys.readouterr()
    code, said = check(proof, tmp_path, capsys, "--key", str(new.verifier()))
    assert (code, said.split("\n")[1:3]) == (0, [f"Former key: {old.verifier()}", f"New key: {new.verifier()}"])
    tree.signing_key.cache_clear()


def test_key_and_witness_from_elsewhere(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    proof = proof_of(entries[5])
    code, said = check(proof, tmp_path, capsys, "--key", str(SigningKey.generate("other.example").verifier()))
    assert (code, said) == (1, f"The checkpoint is of {ORIGIN}, not of other.example.")
    witness = SigningKey.generate("w.example")
    key = str(witness.verifier(COSIGNATURE))
    code, said = check(proof, tmp_path, capsys, "--witness", key)
    assert (code, said) == (1, "The witness w.example has not cosigned the checkpoint of 300 entries.")
    text = open_note(proof["checkpoint"])[0]
    LogCheckpoint.objects.get(size=SIZE).cosignatures.create(
        witness="w.example", line=cosign(witness, text, int(time.time()))
    )
    assert check(proof_of(entries[5]), tmp_path, capsys, "--key", proof["key"], "--witness", key)[0] == 0


def test_every_change_is_found(entries: Any, offline: None, tmp_path: Path, capsys: Any) -> None:
    proof = proof_of(entries[7])
    other = proof_of(entries[8])
    for name in ("leaf", "document", "salt", "proof", "checkpoint"):
        assert check({**proof, name: other[name]}, tmp_path, capsys)[0] == (3 if name == "checkpoint" else 1), name
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
        assert (code == 3) == same or (in_signature and code == 3), (text[at - 20 : at + 20], said)


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
