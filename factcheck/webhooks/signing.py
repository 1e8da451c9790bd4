"""Signatures of messages as defined by Standard Webhooks (standardwebhooks.com, scheme v1: HMAC-SHA256)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from uuid import UUID

from factcheck.tools.secret_key import derive_key


def secret(subscription: UUID, generation: int) -> bytes:
    """Return 32 bytes derived from SECRET_KEY, the subscription and the generation. Secrets are never stored."""
    return derive_key("webhooks", f"{subscription.hex}:{generation}")


def as_text(value: bytes) -> str:
    return "whsec_" + base64.b64encode(value).decode()


def signature(secrets: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header `webhook-signature`, with a signature for each secret.

    `timestamp` is in seconds since 1970.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}" for key in secrets)
