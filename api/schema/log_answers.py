"""JSON Schemas of the public log's responses, including formats other than JSON."""

from typing import Any

from api.schema.bodies import INTEGER, TEXT, array_of, described, object_of

Json = dict[str, Any]

HASH: Json = {"type": "string", "contentEncoding": "base64", "description": "32 bytes."}

LOG: Json = {
    "Note": described(
        TEXT, "A C2SP signed note: the origin, the size, the root hash, an empty line, and signature lines."
    ),
    "VerifierKey": described(TEXT, "`<name>+<key id>+<base64>`, as in C2SP signed-note."),
    "Bytes": {"type": "string", "format": "binary"},
    "DocumentBundle": described(
        TEXT,
        'One line for each entry: `{"document": …, "salt": …}` with the exact text of the document and the salt in'
        " hexadecimal, or `null` if the document has been erased.",
    ),
    "AnyDocument": {"type": "object", "description": "The entry's document as canonical JSON (RFC 8785)."},
    "ConsistencyProof": object_of(
        "A proof that the larger tree begins with the entries of the smaller tree.",
        **{"from": INTEGER, "to": INTEGER},
        from_root_hash=HASH,
        to_root_hash=HASH,
        proof=array_of(HASH),
    ),
}
