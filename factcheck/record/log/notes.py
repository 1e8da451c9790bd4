"""Signed notes, checkpoints and their keys: C2SP signed-note, tlog-checkpoint, tlog-cosignature.

Keys have the format of golang.org/x/mod/sumdb/note. A verifier key is `<name>+<key id>+<base64(type || public key)>`,
and a signing key is `PRIVATE+KEY+<name>+<key id>+<base64(type || seed)>`.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE = 0x04


class NoteError(ValueError):
    """The error for a malformed note, checkpoint or key. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and a public key of 32 bytes. Type 1 signs notes. Type 4 makes cosignatures, which include a time."""

    name: str
    public: bytes
    type: int = ED25519

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()

    @property
    def id(self) -> bytes:
        """Four bytes that distinguish keys with the same name."""
        return self.digest[:4]

    @classmethod
    def parse(cls, text: str) -> Self:
        # Base64 can contain "+", so only the first two plus signs are separators.
        name, _, rest = text.strip().partition("+")
        key_id, _, data = rest.partition("+")
        raw = _decode(data)
        if not name or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise NoteError(f"{text.strip()!r} is not a verifier key")
        key = cls(name, raw[1:], raw[0])
        if key.id.hex() != key_id:
            raise NoteError(f"the verifier key of {name} has the id {key.id.hex()}, not {key_id}")
        return key

    def __str__(self) -> str:
        data = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{data}"

    def verify(self, text: str, signature: bytes) -> bool:
        """Return whether this key signed the text of the note. The signature is passed without the key's id."""
        message = text.encode()
        if self.type == COSIGNATURE:
            if len(signature) != 72:
                return False
            time = int.from_bytes(signature[:8], "big")
            message, signature = b"cosignature/v1\ntime %d\n" % time + message, signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A name and an Ed25519 seed of 32 bytes."""

    name: str
    seed: bytes

    @classmethod
    def generate(cls, name: str) -> Self:
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        parts = text.strip().split("+", 4)
        try:
            raw = _decode(parts[-1])
        except NoteError:  # the error message would reveal a part of the signing key
            raw = b""
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"] or len(raw) != 33 or raw[0] != ED25519:
            raise NoteError("this is not a signing key (PRIVATE+KEY+<name>+<id>+<base64>)")
        key = cls(parts[2], raw[1:])
        if key.verifier().id.hex() != parts[3]:
            raise NoteError(f"the signing key of {key.name} has the id {key.verifier().id.hex()}, not {parts[3]}")
        return key

    @classmethod
    def parse_all(cls, text: str) -> list[Self]:
        """Return the log's key and, before a rotation, the next key too. The keys are separated by white space."""
        keys = [cls.parse(each) for each in text.split()]
        if not 1 <= len(keys) <= 2:
            raise NoteError("the file doesn't contain one key, or two keys for a rotation")
        return keys

    def __str__(self) -> str:
        data = base64.b64encode(bytes([ED25519]) + self.seed).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier().id.hex()}+{data}"

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"

    def verifier(self, key_type: int = ED25519) -> VerifierKey:
        return VerifierKey(self.name, self._private().public_key().public_bytes_raw(), key_type)

    def sign(self, text: str) -> str:
        """Return the signature line for the text of a note. The text ends in a newline."""
        return signature_line(self.name, self.verifier().id + self._private().sign(text.encode()))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, size and root hash (tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0] or lines[-1] != "":
            raise NoteError("the checkpoint does not consist of origin, size and root hash")
        root = _decode(lines[2])
        if not lines[1].isascii() or not lines[1].isdecimal() or str(int(lines[1])) != lines[1] or len(root) != 32:
            raise NoteError("the checkpoint's size or root hash is malformed")
        return cls(lines[0], int(lines[1]), root)


def signature_line(name: str, signature: bytes) -> str:
    return f"\N{EM DASH} {name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text of a signed note, and its signatures as (name, key id, signature). Raises NoteError."""
    text, separator, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if not separator or lines[-1] != "" or len(lines) < 2:
        raise NoteError("the note has no signatures")
    signatures = []
    for line in lines[:-1]:
        dash, _, rest = line.partition(" ")
        name, _, data = rest.partition(" ")
        raw = _decode(data)
        if dash != "\N{EM DASH}" or not name or len(raw) < 5:
            raise NoteError("a signature line of the note is malformed")
        signatures.append((name, raw[:4], raw[4:]))
    return text + "\n", signatures


def signed_by(note: str, key: VerifierKey) -> bool:
    """Return whether the note contains a valid signature by this key."""
    text, signatures = open_note(note)
    return any(name == key.name and key_id == key.id and key.verify(text, sig) for name, key_id, sig in signatures)


def _decode(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"{data[:60]!r} is not base64") from None
