"""Encryption and hashes of second factors, with keys derived from SECRET_KEY."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str, *, seconds: int | None = None) -> str | None:
    """The text, or None if the token is invalid or older than this many seconds."""
    try:
        return _fernet().decrypt(token.encode(), ttl=seconds).decode()
    except (InvalidToken, UnicodeEncodeError):
        return None


def keyed_hash(purpose: str, text: str) -> str:
    """Hexadecimal HMAC-SHA256. A copy of the database alone can't be searched for a guess."""
    return hmac.new(_key(purpose), text.encode(), hashlib.sha256).hexdigest()


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(_key("second factors")))


def _key(purpose: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), f"factcheck.sign_in {purpose}".encode(), hashlib.sha256).digest()
