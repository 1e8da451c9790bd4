"""Passwords that the site makes for itself, kept in a file that only its user reads."""

import json
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from factcheck.server.private_files import make_private


def kept(file: Path, names: Iterable[str]) -> dict[str, str]:
    """Role name → password from the file, made with random ones when it is not there."""
    if not file.exists():
        with suppress(FileExistsError):  # another process was faster
            make_private(file, json.dumps({name: secrets.token_urlsafe(24) for name in names}, indent=2))
    passwords: dict[str, str] = json.loads(file.read_text())
    return passwords
