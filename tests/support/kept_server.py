"""The files of a migrated server, kept in ``var/test-server`` until a migration changes.

Migrating takes seven seconds, so later runs copy these files instead.
"""

import hashlib
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "migrations",
    "sql",
    "models",
    "database",
}  # their files determine the content of a migrated database
FILES = {"migrate.py", "models.py", "settings.py", "kept_server.py", "databases.py"}


def restore(home: Path) -> None:
    """Copy the kept server to this folder, if it exists. The settings read its passwords afterwards."""
    if (kept := _place()).exists():
        _copy(kept, home)


def keep(home: Path) -> None:
    """Keep a server that has been stopped, and delete previous ones. Another run may do the same at the same time."""
    kept = _place()
    unfinished = kept.with_suffix(f".{os.getpid()}")
    _copy(home, unfinished)
    for earlier in kept.parent.iterdir():
        if not earlier.suffix:
            shutil.rmtree(earlier, ignore_errors=True)
    with suppress(OSError):
        unfinished.rename(kept)
    shutil.rmtree(unfinished, ignore_errors=True)


def _place() -> Path:
    """Return the folder for these migrations, and for the account that owns the files."""
    digest = hashlib.sha256(f"{os.geteuid()}".encode())
    for file in sorted(
        [*ROOT.glob("requirements*.txt"), *ROOT.glob("factcheck/**/*.*"), *ROOT.glob("tests/support/*.py")]
    ):
        if (
            file.suffix == ".txt"
            or file.name in FILES
            or (file.suffix in (".py", ".sql") and FOLDERS & set(file.parts))
        ):
            digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return ROOT / "var" / "test-server" / digest.hexdigest()[:16]


def _copy(source: Path, target: Path) -> None:
    """Copy the folder with `cp`, which keeps the permissions of the files, because PostgreSQL checks them."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", f"{target}/"], check=True)
