"""The public log's responses, including formats other than JSON."""

from typing import Annotated, Any

from pydantic import WithJsonSchema

from factcheck.record.statements.output import Output, named

Hash = Annotated[str, WithJsonSchema({"type": "string", "contentEncoding": "base64", "description": "32 bytes."})]

FORMATS: dict[str, Any] = {
    "Note": {
        "type": "string",
        "description": "A C2SP signed note: the origin, the size, the root hash, an empty line, and signature lines.",
    },
    "VerifierKey": {"type": "string", "description": "`<name>+<key id>+<base64>`, as in C2SP signed-note."},
    "Bytes": {"type": "string", "format": "binary"},
    "DocumentBundle": {
        "type": "string",
        "description": 'One line for each entry: `{"document": …, "salt": …}` with the exact text of the document and'
        " the salt in hexadecimal, or `null` if the document has been erased.",
    },
    "AnyDocument": {"type": "object", "description": "The entry's document as canonical JSON (RFC 8785)."},
}


class ConsistencyProof(Output):
    """A proof that the larger tree begins with the entries of the smaller tree."""

    from_: int = named("from")
    to: int
    from_root_hash: Hash
    to_root_hash: Hash
    proof: list[Hash]
