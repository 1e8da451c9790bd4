"""Running the verifier; what a witness signs, and what somebody with the owner's role and the log's key can do."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections

from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.log import tree
from factcheck.record.log.notes import COSIGNATURE, Checkpoint, SigningKey, open_note, signature_line
from factcheck.record.models import LogCheckpoint, LogEntry, LogTile
from verifier import verifier


def verify(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and what is said, on whichever stream."""
    code = verifier.main([*arguments, "--quiet"])
    said = capsys.readouterr()
    return code, (said.out + said.err).strip()


def forged(proof: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """All that somebody with a key of their own can do: document, leaf, root, checkpoint and key fit each other."""
    document = canonical(json.loads(proof["document"]) | changed)
    digest = sha256_hex(bytes.fromhex(proof["salt"]) + document)
    entry = json.loads(proof["leaf"]) | {"digest": digest}
    leaf = canonical(entry).decode()
    signed = Checkpoint.parse(open_note(proof["checkpoint"])[0])
    root = verifier.root_of_proof(entry["sequence"], signed.size, {**proof, "leaf": leaf})
    assert root
    forger = SigningKey.generate(signed.origin)
    text = Checkpoint(signed.origin, signed.size, root).text()
    return {
        **proof, "document": document.decode(), "leaf": leaf, "checkpoint": f"{text}\n{forger.sign(text)}",
        "key": str(forger.verifier()),
    }  # fmt: skip


def cosign(key: SigningKey, text: str, time: int) -> str:
    """A witness's line: it saw this checkpoint at `time` (seconds since 1970) and nothing that contradicts it."""
    signed = Ed25519PrivateKey.from_private_bytes(key.seed).sign(b"cosignature/v1\ntime %d\n" % time + text.encode())
    return signature_line(key.name, key.verifier(COSIGNATURE).id + time.to_bytes(8, "big") + signed)


def as_owner(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table in (
            "record_logentry",
            "record_revisiondocument",
            "record_logtile",
            "record_logcheckpoint",
            "record_cosignature",
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for sql in statements:
            cursor.execute(sql)


def sign_anew(size: int) -> None:
    """The changes that somebody with the key and the owner's role can make: a tree and a checkpoint that fit the present rows."""
    as_owner("TRUNCATE record_logtile", "TRUNCATE record_logcheckpoint CASCADE")
    leaves = [tree.merkle.leaf_hash(e.leaf()) for e in LogEntry.objects.filter(sequence__lt=size).order_by("sequence")]
    tiles = tree.merkle.append(0, leaves, lambda level, index: b"")
    for (level, index), hashes in tiles.items():
        LogTile.objects.create(level=level, index=index, hashes=hashes)
    root = tree.merkle.root(size, lambda level, index: tiles[level, index])
    text = Checkpoint(tree.signing_key().name, size, root).text()
    LogCheckpoint.objects.create(
        size=size, root=root, note=f"{text}\n{tree.signing_key().sign(text)}", at=LogEntry.objects.first().at
    )
