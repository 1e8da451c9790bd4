"""The key that signs sessions, cursors and the secrets of webhooks."""

import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from factcheck.server.private_files import make_private


def secret_key(given: str, folder: Path, *, local: bool, secure: bool) -> str:
    """The given one; for a site of this machine alone, made once and kept in the folder (0600)."""
    if given:
        if secure and (len(given) < 50 or len(set(given)) < 5):
            raise ImproperlyConfigured(
                "SECRET_KEY is too short: set 50 random characters or more, for example from: openssl rand -base64 48"
            )
        # An earlier example had one, and whoever knows it signs sessions and webhooks.
        if secure and "example-only" in given:
            raise ImproperlyConfigured(
                "SECRET_KEY is the one of the example, which everybody can read: set 50 random characters or more, "
                "for example from: openssl rand -base64 48"
            )
        return given
    if not local:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: set it to 50 or more random characters, for example from: openssl rand -base64 48"
        )
    file = folder / "secret-key"
    if not file.exists():
        with suppress(FileExistsError):  # another process was faster
            make_private(file, secrets.token_urlsafe(48))
    return file.read_text().strip()
