"""The test vectors of docs/reference/log.md, computed from the page itself."""

import hashlib
import re
from pathlib import Path

from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, open_note, signed_by

PAGE = (Path(__file__).parents[3] / "docs/reference/log.md").read_text().partition("## Test vectors")[2]
BLOCKS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
HEX = dict(re.findall(r"^\| ((?:leaf hash|root of) \d) \| `([0-9a-f]{64})` \|$", PAGE, re.MULTILINE))


def test_page_gives_key_leaves_and_roots() -> None:
    found = re.search(r"`(PRIVATE\+KEY\+[^`]*)`", PAGE)
    assert found
    key = SigningKey.parse(found[1])
    assert key.seed == bytes(range(32))
    verifier, leaves, note = BLOCKS[0].strip(), BLOCKS[1].strip().encode().split(b"\n"), BLOCKS[2]
    assert VerifierKey.parse(verifier) == key.verifier()
    hashes = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    assert [value.hex() for value in hashes] == [HEX["leaf hash 0"], HEX["leaf hash 1"], HEX["leaf hash 2"]]
    assert HEX["root of 1"] == HEX["leaf hash 0"]
    two = hashlib.sha256(b"\x01" + hashes[0] + hashes[1]).digest()
    assert HEX["root of 2"] == two.hex()
    assert HEX["root of 3"] == hashlib.sha256(b"\x01" + two + hashes[2]).hexdigest()
    tile = b"".join(hashes)
    assert merkle.inclusion_proof(0, 3, lambda *at: tile) == hashes[1:]
    assert merkle.consistency_proof(2, 3, lambda *at: tile) == hashes[2:]
    assert Checkpoint.parse(open_note(note)[0]) == Checkpoint(key.name, 3, bytes.fromhex(HEX["root of 3"]))
    assert signed_by(note, key.verifier())


def test_page_gives_a_digest() -> None:
    document = re.search(r"the document `(\{.*?\})` have the digest `([0-9a-f]{64})`", PAGE)
    assert document
    assert hashlib.sha256(bytes([7]) * 32 + document[1].encode()).hexdigest() == document[2]
    assert document[2] in BLOCKS[1]
