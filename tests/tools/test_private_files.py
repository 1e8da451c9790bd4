"""Secrets on the disk: made once, whole, for one account alone."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from factcheck.tools.private_files import write_private_file


def test_private_file_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "log-key"
    write_private_file(file, "secret\n")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("secret\n", 0o600)
    assert [each.name for each in file.parent.iterdir()] == ["log-key"]


def test_private_file_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "log-key"
    write_private_file(file, "first")
    with pytest.raises(FileExistsError):
        write_private_file(file, "second")
    assert file.read_text() == "first"
    assert [each.name for each in tmp_path.iterdir()] == ["log-key"]


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    left = tmp_path / f"log-key.{os.getpid()}.{threading.get_ident()}"
    left.write_text("half of a sec")
    write_private_file(tmp_path / "log-key", "secret")
    assert (tmp_path / "log-key").read_text() == "secret"
    assert not left.exists()


def test_of_several_at_once_one_makes_it(tmp_path: Path) -> None:
    begin = threading.Barrier(8)

    def make(number: int) -> bool:
        begin.wait(10)
        try:
            write_private_file(tmp_path / "log-key", f"secret {number}")
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        made = [number for number, won in enumerate(threads.map(make, range(8))) if won]
    assert [f"secret {number}" for number in made] == [(tmp_path / "log-key").read_text()]
    assert [each.name for each in tmp_path.iterdir()] == ["log-key"]
