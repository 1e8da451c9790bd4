"""Passwords that the site generates and keeps in a file that only the site's user can read."""

import json
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from factcheck.tools.private_files import write_private_file


def stored_passwords(file: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the passwords from the file, by role. If the file is missing, create it with random passwords."""
    if not file.exists():
        with suppress(FileExistsError):  # another process has already created the file
            write_private_file(file, json.dumps({name: secrets.token_urlsafe(24) for name in names}, indent=2))
    passwords: dict[str, str] = json.loads(file.read_text())
    return passwords
