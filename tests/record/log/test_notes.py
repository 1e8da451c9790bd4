"""Signed notes against the example of golang.org/x/mod/sumdb/note, and everything malformed."""

import pytest

from factcheck.record.log.notes import COSIGNATURE, Checkpoint, NoteError, SigningKey, VerifierKey, open_note, signed_by
from tests.verifier.verifying import cosign

SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = (
    "\N{EM DASH} PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_note_of_the_go_documentation() -> None:
    key = SigningKey.parse(SKEY)
    assert str(key) == SKEY
    assert "AYEK" not in repr(key)
    assert str(key.verifier()) == VKEY
    assert key.sign(TEXT) == LINE
    assert signed_by(f"{TEXT}\n{LINE}", VerifierKey.parse(VKEY))
    assert not signed_by(f"{TEXT.replace('answer', 'question')}\n{LINE}", VerifierKey.parse(VKEY))
    assert open_note(f"{TEXT}\n{LINE}")[0] == TEXT


def test_cosignature_is_over_time_and_note() -> None:
    key = SigningKey.parse(SKEY)
    witness = key.verifier(COSIGNATURE)
    assert VerifierKey.parse(str(witness)) == witness
    assert witness.id != key.verifier().id
    note = f"{TEXT}\n{cosign(key, TEXT, 1_700_000_000)}"
    assert signed_by(note, witness)
    assert not signed_by(note, key.verifier())
    _, signatures = open_note(note)
    assert int.from_bytes(signatures[0][2][:8], "big") == 1_700_000_000
    assert not witness.verify(TEXT, b"short")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY[:-4],
        VKEY.replace("+A", "+B"),
        "+c74f20a3+AAAA",
        "a+b+%%%",
    ],
)
def test_verifier_key_malformed(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text", ["", "PRIVATE+KEY+x", SKEY.replace("c74f", "c74e"), SKEY.replace("PRIVATE", "PUBLIC"), VKEY]
)
def test_signing_key_malformed(text: str) -> None:
    with pytest.raises(NoteError):
        SigningKey.parse(text)


@pytest.mark.parametrize(
    "note", ["", TEXT, f"{TEXT}\n", f"{TEXT}\n{LINE[:-1]}", f"{TEXT}\n- a b\n", f"{TEXT}\n\N{EM DASH} a AAAA\n"]
)
def test_note_malformed(note: str) -> None:
    with pytest.raises(NoteError):
        open_note(note)


def test_checkpoint_text() -> None:
    checkpoint = Checkpoint("log.example/api/v1/log", 7, bytes(32))
    text = "log.example/api/v1/log\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    assert checkpoint.text() == text
    assert Checkpoint.parse(text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n-1\nAAAA\n",
        "a\n1\nAAAA\n",
        "\n1\nAAAA\n",
    ],
)
def test_checkpoint_malformed(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)
