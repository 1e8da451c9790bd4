"""The bytes that two people sign with their passkeys (WebAuthn level 2), and the check of a signature.

Both people sign the same challenge, which is SHA-256(salt ‖ order). The order names the action, the subject, the class
of the change, the public note and the statement. `docs/reference/log.md` describes the formats for auditors.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256

from factcheck.record.formats.canonical import canonical, sha256_hex

PUBLIC_KEY = re.compile(r"ES256:[0-9a-f]{128}|EdDSA:[0-9a-f]{64}")  # x and y of P-256, or an Ed25519 key


class ApprovalError(Exception):
    """The error if signatures don't approve something. The message is a code, a colon and a sentence."""

    @property
    def code(self) -> str:
        return str(self).partition(":")[0]


def require(condition: object, refusal: str) -> None:
    """Raise ApprovalError if the condition is false."""
    if not condition:
        raise ApprovalError(refusal)


class Assertion(NamedTuple):
    """A passkey's answer. `key` is the SHA-256 of the credential's ID, and the rest is base64url, as in browsers."""

    key: str
    authenticator_data: str
    client_data: str
    signature: str


class Place(NamedTuple):
    """The place of an imported review in the import that two people approved: the import's ID and salt, and a path."""

    subject: str
    salt: str
    path: Sequence[str]


class Opening(NamedTuple):
    """The content that a commitment hides: two assertions, and the place of an imported review in its import."""

    assertions: Sequence[Assertion]
    place: Place | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        data = json.loads(text)
        place = Place(**data["import"]) if data["import"] else None
        return cls([Assertion(**each) for each in data["assertions"]], place)

    def __str__(self) -> str:
        """Return the opening as canonical JSON."""
        place = {**self.place._asdict(), "path": list(self.place.path)} if self.place else None
        return canonical({"assertions": [each._asdict() for each in self.assertions], "import": place}).decode()

    def commitment(self, salt: bytes) -> str:
        """Return what is published. `salt` is the salt of the document."""
        return sha256_hex(salt + str(self).encode())


class ImportTree:
    """The Merkle tree of RFC 6962 over the challenges of an import's members, in their order.

    The two people sign the root as the statement's digest. So each member proves its place with a short path.
    """

    def __init__(self, challenges: Sequence[bytes]) -> None:
        self.rows = [[hashlib.sha256(b"\x00" + challenge).digest() for challenge in challenges]]
        while len(row := self.rows[-1]) > 1:
            pairs = [hashlib.sha256(b"\x01" + row[at - 1] + row[at]).digest() for at in range(1, len(row), 2)]
            self.rows.append([*pairs, *row[len(pairs) * 2 :]])

    @property
    def digest(self) -> str:
        return self.rows[-1][0].hex()

    def path(self, index: int) -> list[str]:
        """Return the hashes that lead to the root. Each begins with the side on which it is added, "<" or ">"."""
        places = [(row, index >> level ^ 1) for level, row in enumerate(self.rows[:-1])]
        return ["><"[place & 1 ^ 1] + row[place].hex() for row, place in places if place < len(row)]


def order(action: str, subject: str, change_class: str, note: str, statement_digest: str) -> bytes:
    """Return what an approval is about, as five lines. `action` is for example "review.publication"."""
    lines = [action, subject, change_class, sha256_hex(note.encode()), statement_digest]
    require("\n" not in "".join(lines), "malformed: An order has exactly five lines.")
    return "\n".join(lines).encode("ascii")


def challenge(salt: bytes, order: bytes) -> bytes:
    """Return the 32 bytes that both people sign."""
    require(len(salt) == 32, "malformed: A salt has 32 bytes.")
    return hashlib.sha256(salt + order).digest()


def challenge_of_import(place: Place, member: bytes) -> bytes:
    """Return the challenge of the import that has a member with this challenge at this place."""
    value = hashlib.sha256(b"\x00" + member).digest()
    for step in place.path:
        sibling = bytes.fromhex(step[1:])
        value = hashlib.sha256(b"\x01" + (sibling + value if step[0] == "<" else value + sibling)).digest()
    return challenge(bytes.fromhex(place.salt), order("import.publication", place.subject, "", "", value.hex()))


def public_key_text(cose: Mapping[int, Any]) -> str:
    """Return a public key (a COSE map) in the form of PUBLIC_KEY. Raises ApprovalError for other algorithms."""
    data = b"".join(cose[part] for part in (-2, -3) if isinstance(cose.get(part), bytes))
    text = {-7: "ES256:", -8: "EdDSA:"}.get(cose.get(3, 0), "") + data.hex()
    require(PUBLIC_KEY.fullmatch(text), "other_algorithm: The key is neither ES256 nor EdDSA.")
    return text


@lru_cache(maxsize=4096)  # the people of an import sign once, and the signer is asked before and after a commit
def check(assertion: Assertion, public_key: str, challenge: bytes, origin: str) -> None:
    """Check that the key signed this challenge on a page of this origin. Raises ApprovalError."""
    try:
        data, client_data, signature = map(_decode, assertion[1:])
        client = json.loads(client_data)
        signed, place, is_framed = _decode(client["challenge"]), client["origin"], client.get("crossOrigin", False)
        is_answer = client["type"] == "webauthn.get" and len(data) >= 37
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        is_answer = False
    require(is_answer, "malformed: A signature isn't what a browser sends.")
    require(signed == challenge, "other_statement: A signature is for another statement, note or action.")
    host = (urlsplit(origin).hostname or "").encode()
    is_here = place == origin and is_framed is False and data[:32] == hashlib.sha256(host).digest()
    require(is_here, "other_origin: A signature was made on another website.")
    # The flags UP (present) and UV (verified).
    require(data[32] & 5 == 5, "not_verified: The passkey didn't check its person by a PIN or biometrics.")
    message, (algorithm, _, point) = data + hashlib.sha256(client_data).digest(), public_key.partition(":")
    try:
        if algorithm == "ES256":
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + bytes.fromhex(point))
            key.verify(signature, message, ec.ECDSA(SHA256()))
        else:
            ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(point)).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise ApprovalError("wrong_signature: A signature isn't by the key that it names.") from None


def _decode(text: str) -> bytes:
    """Decode base64url, with or without its padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
