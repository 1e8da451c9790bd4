"""Signatures of messages as defined by Standard Webhooks (standardwebhooks.com, scheme v1: HMAC-SHA256)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from factcheck.tools.secret_key import purpose_key


def secret(subscription: UUID, generation: int) -> bytes:
    """Return 32 bytes derived from the webhooks' key, the subscription and the generation. Secrets are never stored.

    The key comes from SECRET_KEY, which the worker on a public site doesn't have.
    """
    key = bytes.fromhex(settings.WEBHOOKS_KEY) or purpose_key("webhooks")
    return hmac.digest(key, f"{subscription.hex}:{generation}".encode(), hashlib.sha256)


def as_text(value: bytes) -> str:
    return "whsec_" + base64.b64encode(value).decode()


def signature(secrets: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header `webhook-signature`, with a signature for each secret.

    `timestamp` is in seconds since 1970.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}" for key in secrets)
