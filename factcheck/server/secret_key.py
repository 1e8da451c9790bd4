"""The key that signs sessions and cursors, and from which webhook secrets are derived."""

import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from factcheck.server.private_files import write_private_file


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
