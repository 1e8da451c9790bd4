"""JSON Schema of the public log's responses, and of its formats that aren't JSON."""

from typing import Any

from api.schema.bodies import INTEGER, TEXT, about, keys, listed

Json = dict[str, Any]

HASH: Json = {"type": "string", "contentEncoding": "base64", "description": "32 bytes."}

LOG: Json = {
    "Note": about(TEXT, "A C2SP signed note: origin, size, root hash, an empty line, signature lines."),
    "VerifierKey": about(TEXT, "`<name>+<key id>+<base64>`, C2SP signed-note."),
    "Bytes": {"type": "string", "format": "binary"},
    "AnyDocument": {"type": "object", "description": "The document of the entry, as canonical JSON (RFC 8785)."},
    "InclusionProof": keys(
        "Proves that a leaf is in the tree of this size.",
        sequence=INTEGER,
        size=INTEGER,
        leaf=about(TEXT, "The leaf's exact bytes, UTF-8."),
        leaf_hash=HASH,
        root_hash=HASH,
        proof=listed(HASH, description="From the leaf upwards."),
    ),
    "ConsistencyProof": keys(
        "Proves that the larger tree begins with the smaller one.",
        **{"from": INTEGER, "to": INTEGER},
        from_root_hash=HASH,
        to_root_hash=HASH,
        proof=listed(HASH),
    ),
}
