"""Passkeys in software, for signatures without a browser."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from factcheck.record.approvals.assertions import Assertion, public_key_text

ORIGIN = "https://desk.example"


class SoftwareKey:
    """A passkey of one person. Without `edwards`, the algorithm is ES256."""

    def __init__(self, person: str, *, edwards: bool = False, decides: bool = True) -> None:
        self.person, self.decides = person, decides
        self.credential = secrets.token_bytes(16)
        self.id = hashlib.sha256(self.credential).hexdigest()
        self.private: Any = Ed25519PrivateKey.generate() if edwards else generate_private_key(SECP256R1())
        public: Any = self.private.public_key()
        if edwards:
            self.cose: dict[int, Any] = {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
        else:
            x, y = (number.to_bytes(32, "big") for number in (public.public_numbers().x, public.public_numbers().y))
            self.cose = {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        self.public_key = public_key_text(self.cose)

    def sign(self, challenge: bytes, /, origin: str = ORIGIN, flags: int = 0x05, **client: Any) -> Assertion:
        """Return what a browser returns on a page of this origin. `client` replaces values of the client data."""
        said = {"type": "webauthn.get", "challenge": text(challenge), "origin": origin, "crossOrigin": False} | client
        client_data = json.dumps(said).encode()
        host = (urlsplit(origin).hostname or "").encode()
        data = hashlib.sha256(host).digest() + bytes([flags]) + bytes(4)
        message = data + hashlib.sha256(client_data).digest()
        signature = self.private.sign(message, *([] if "EdDSA" in self.public_key else [ECDSA(SHA256())]))
        return Assertion(self.id, text(data), text(client_data), text(signature))

    def entry(self) -> dict[str, Any]:
        """Return the key as the file for --protect has it."""
        return {"id": self.id, "person": self.person, "public_key": self.public_key, "decides": self.decides}


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
