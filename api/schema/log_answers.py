"""JSON Schema of the public log's responses, and of its formats that aren't JSON."""

from typing import Any

from api.schema.bodies import INTEGER, TEXT, array_of, described, object_of

Json = dict[str, Any]

HASH: Json = {"type": "string", "contentEncoding": "base64", "description": "32 bytes."}

LOG: Json = {
    "Note": described(TEXT, "A C2SP signed note: origin, size, root hash, an empty line, signature lines."),
    "VerifierKey": described(TEXT, "`<name>+<key id>+<base64>`, C2SP signed-note."),
    "Bytes": {"type": "string", "format": "binary"},
    "AnyDocument": {"type": "object", "description": "The document of the entry, as canonical JSON (RFC 8785)."},
    "InclusionProof": object_of(
        "Proves that a leaf is in the tree of this size.",
        sequence=INTEGER,
        size=INTEGER,
        leaf=described(TEXT, "The leaf's exact bytes, UTF-8."),
        leaf_hash=HASH,
        root_hash=HASH,
        proof=array_of(HASH, description="From the leaf upwards."),
    ),
    "ConsistencyProof": object_of(
        "Proves that the larger tree begins with the smaller one.",
        **{"from": INTEGER, "to": INTEGER},
        from_root_hash=HASH,
        to_root_hash=HASH,
        proof=array_of(HASH),
    ),
}
