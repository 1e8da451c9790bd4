"""Passwords that the site makes for itself, kept in a file that only its user reads."""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def kept(file: Path, names: Iterable[str]) -> dict[str, str]:
    """Role name → password from the file (0600), made with random ones when it is not there.

    Of several processes that make it at once, one wins and all read what it wrote.
    """
    if not file.exists():
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({name: secrets.token_urlsafe(24) for name in names}, out, indent=2)
        try:
            os.link(unfinished, file)
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    passwords: dict[str, str] = json.loads(file.read_text())
    return passwords
