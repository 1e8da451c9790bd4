"""A clone without the real data: its tests pass without them, and say so; the project's own run must have them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = ("tests/record/log/test_merkle.py", "tests.record.readmodel.test_claimreview.py")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project in a folder that has nothing beside it."""
    folder = tmp_path / "a clone"
    for name in ("api", "factcheck", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("docs/reference/settings.md", "pyproject.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def run(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A module of tests without data, and some of one whose tests take them through another fixture."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "-k", "merkle or shapes_find", *MODULES],
        cwd=clone,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.prove
def test_tests_that_need_the_data_are_left_out_and_counted(clone: Path):
    done = run(clone)
    assert done.returncode == 0, done.stdout + done.stderr
    missing = re.escape(f"{clone.parent / 'shared' / 'data'}, which is missing.")
    assert re.search(rf"\d+ tests were left out: they read {missing}\n", done.stdout)
    assert re.search(r"\d passed", done.stdout)


@pytest.mark.prove
def test_missing_data_fail_where_they_are_required(clone: Path):
    done = run(clone, REQUIRE_DATA="1")
    assert done.returncode == 1
    assert f"REQUIRE_DATA is set, and the folder {clone.parent / 'shared' / 'data'} is missing." in done.stdout
    assert "left out" not in done.stdout
