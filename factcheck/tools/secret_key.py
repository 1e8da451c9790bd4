"""The key that signs sessions and cursors, and from which all other keys are derived."""

import hashlib
import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from factcheck.tools.private_files import write_private_file


def secret_key(configured: str, folder: Path, *, local: bool) -> str:
    """Return the configured key. A local site can use a random key, which is stored in the folder (0600)."""
    if configured:
        if len(configured) < 50 or len(set(configured)) < 5:
            raise ImproperlyConfigured(
                "SECRET_KEY is too short. Set 50 or more random characters, for example from: openssl rand -base64 48"
            )
        return configured
    if not local:
        raise ImproperlyConfigured(
            "SECRET_KEY isn't set. Set it to 50 or more random characters, for example from: openssl rand -base64 48"
        )
    file = folder / "secret-key"
    if not file.exists():
        with suppress(FileExistsError):  # another process has already created the file
            write_private_file(file, secrets.token_urlsafe(48))
    return file.read_text().strip()


def derive_key(purpose: str, of: str | bytes = "") -> bytes:
    """Return 32 bytes that only this site can compute. Each use has its own purpose, so no use reveals another's keys.

    Stored hashes and secrets depend on the purposes, so a purpose keeps its name.
    """
    return hmac.digest(purpose_key(purpose), of.encode() if isinstance(of, str) else of, "sha256")


def purpose_key(purpose: str) -> bytes:
    """Return the key of a purpose. A process that has this key alone can compute the purpose's keys and no others."""
    return hashlib.sha256(f"factcheck.{purpose}{settings.SECRET_KEY}".encode()).digest()


def keyed_hash(purpose: str, text: str | bytes) -> str:
    """Return a hash in hexadecimal. A copy of the database alone can't be searched for a guess."""
    return derive_key(purpose, text).hex()
