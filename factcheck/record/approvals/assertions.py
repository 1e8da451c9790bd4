"""The bytes that two people sign with their passkeys (WebAuthn level 2), and the check of a signature.

Both people sign the same challenge, which is SHA-256(salt ‖ order). The order names the action, the subject, the class
of the change, the public note and the statement. `docs/reference/log.md` describes the formats for auditors.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from factcheck.record.formats.canonical import canonical, sha256_hex

SALT_SIZE = 32  # in bytes
PUBLIC_KEY = re.compile(r"ES256:[0-9a-f]{128}|EdDSA:[0-9a-f]{64}")  # x and y of P-256, or an Ed25519 key
_PRESENT_AND_VERIFIED = 0x01 | 0x04  # the flags UP and UV
REFUSALS = {
    "malformed": "A signature isn't what a browser sends.",
    "other_statement": "A signature is for another statement, note or action.",
    "other_origin": "A signature was made on another website.",
    "not_verified": "The passkey didn't check its person by a PIN or biometrics.",
    "wrong_signature": "A signature isn't by the key that it names.",
    "other_algorithm": "The key is neither ES256 nor EdDSA.",
}


class ApprovalError(Exception):
    """The error if signatures don't approve something. `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(REFUSALS[code])
        self.code = code


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
        """Return the opening in this text. Raises ApprovalError if the text isn't what `__str__` returns."""
        try:
            data = json.loads(text)
            place = data.get("import")
            found = cls([Assertion(**each) for each in data["assertions"]], Place(**place) if place else None)
            is_canonical = str(found) == text
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
            raise ApprovalError("malformed") from problem
        if not is_canonical:
            raise ApprovalError("malformed")
        return found

    def __str__(self) -> str:
        place = {"import": self.place._asdict() | {"path": list(self.place.path)}} if self.place else {}
        return canonical({"assertions": [each._asdict() for each in self.assertions], **place}).decode()

    def commitment(self, salt: bytes) -> str:
        """Return what is published. `salt` is the salt of the document."""
        return sha256_hex(salt + str(self).encode())


class ImportTree:
    """The Merkle tree of RFC 6962 over the challenges of an import's members, in their order.

    The two people sign the root as the statement's digest. So each member proves its place with a short path.
    """

    def __init__(self, challenges: Sequence[bytes]) -> None:
        self.rows = [[_leaf(challenge) for challenge in challenges]]
        while len(row := self.rows[-1]) > 1:
            pairs = [_hash(b"\x01", *row[at : at + 2]) for at in range(0, len(row) - 1, 2)]
            self.rows.append([*pairs, *row[len(pairs) * 2 :]])

    @property
    def digest(self) -> str:
        return self.rows[-1][0].hex()

    def path(self, index: int) -> list[str]:
        """Return the hashes that lead to the root. Each begins with the side on which it is added, "<" or ">"."""
        found = []
        for row in self.rows[:-1]:
            if (sibling := index ^ 1) < len(row):
                found.append(("<" if sibling < index else ">") + row[sibling].hex())
            index //= 2
        return found


def order(action: str, subject: str, change_class: str, note: str, statement_digest: str) -> bytes:
    """Return what an approval is about, as five lines. `action` is for example "review.publication"."""
    lines = [action, subject, change_class, sha256_hex(note.encode()), statement_digest]
    text = "\n".join(lines)
    if text.count("\n") != len(lines) - 1:
        raise ValueError("an order has exactly five lines")
    return text.encode("ascii")


def challenge(salt: bytes, order: bytes) -> bytes:
    """Return the 32 bytes that both people sign."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes")
    return hashlib.sha256(salt + order).digest()


def challenge_of_import(place: Place, member: bytes) -> bytes:
    """Return the challenge of the import that contains this member's challenge at this place. Raises ApprovalError."""
    value = _leaf(member)
    try:
        for step in place.path:
            sibling = bytes.fromhex(step[1:])
            value = _hash(b"\x01", *{"<": (sibling, value), ">": (value, sibling)}[step[:1]])
        return challenge(bytes.fromhex(place.salt), order("import.publication", place.subject, "", "", value.hex()))
    except (ValueError, TypeError, KeyError) as problem:
        raise ApprovalError("malformed") from problem


def public_key_text(cose: Mapping[int, Any]) -> str:
    """Return a public key (a COSE map) in the form of PUBLIC_KEY. Raises ApprovalError for other algorithms."""
    try:
        match cose[3], cose[-1]:
            case -7, 1:
                return f"ES256:{cose[-2].hex()}{cose[-3].hex()}"
            case -8, 6:
                return f"EdDSA:{cose[-2].hex()}"
    except (KeyError, AttributeError):
        pass
    raise ApprovalError("other_algorithm")


def check(assertion: Assertion, public_key: str, challenge: bytes, origin: str) -> None:
    """Check that the key signed this challenge on a page of this origin. Raises ApprovalError."""
    try:
        data, client_data, signature = (_decode(text) for text in assertion[1:])
        client = json.loads(client_data.decode())
        kind, signed, place = client["type"], _decode(client["challenge"]), client["origin"]
        is_framed = client.get("crossOrigin", False) is not False
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise ApprovalError("malformed") from problem
    if kind != "webauthn.get" or len(data) < 37:
        raise ApprovalError("malformed")
    if signed != challenge:
        raise ApprovalError("other_statement")
    if place != origin or is_framed or data[:32] != hashlib.sha256(_host(origin)).digest():
        raise ApprovalError("other_origin")
    if data[32] & _PRESENT_AND_VERIFIED != _PRESENT_AND_VERIFIED:
        raise ApprovalError("not_verified")
    if not _is_signed(public_key, signature, data + hashlib.sha256(client_data).digest()):
        raise ApprovalError("wrong_signature")


def _host(origin: str) -> bytes:
    return (urlsplit(origin).hostname or "").encode()


def _is_signed(public_key: str, signature: bytes, message: bytes) -> bool:
    algorithm, _, data = public_key.partition(":")
    try:
        if algorithm == "ES256":
            point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\x04" + bytes.fromhex(data))
            point.verify(signature, message, ECDSA(SHA256()))
        else:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(data)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _leaf(challenge: bytes) -> bytes:
    return _hash(b"\x00", challenge)


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _decode(text: str) -> bytes:
    """Decode base64url, with or without its padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
