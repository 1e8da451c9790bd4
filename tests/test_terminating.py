"""SIGTERM ends a run of the tests: each worker tears down its fixtures, and no process or folder is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.postgresql import wait

ROOT = Path(__file__).parent.parent
WAITING = """
import os, time
import pytest
from django.conf import settings
from django.db import connection

@pytest.fixture
def resource(tmp_path_factory):
    yield
    open(os.environ["NOTES"] + f"/closed-{os.getpid()}", "w").close()

@pytest.mark.parametrize("number", range(4))
def test_waits(database, resource, number):
    with connection.cursor() as cursor:
        with open(os.environ["NOTES"] + f"/begun-{os.getpid()}", "w") as file:
            file.write(str(settings.VAR))
        cursor.execute("SELECT pg_sleep(300)")
"""


@pytest.mark.prove
@pytest.mark.parametrize("workers", [0, 2])
def test_terminated_run_ends_and_leaves_nothing(tmp_path: Path, workers: int) -> None:
    (tmp_path / "test_waiting.py").write_text(WAITING)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    run = subprocess.Popen(
        [*command, "-n", f"{workers}", tmp_path / "test_waiting.py"],
        cwd=ROOT,
        env=kept | {"NOTES": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait(lambda: len([*tmp_path.glob("begun-*")]) == max(workers, 1), 120)
        run.send_signal(signal.SIGTERM)
        output, _ = run.communicate(timeout=60)
    finally:
        run.kill()
    begun = {file.name.removeprefix("begun-"): Path(file.read_text()) for file in tmp_path.glob("begun-*")}
    assert (run.returncode, "The run was terminated." in output) == (143, True), output
    assert {file.name for file in tmp_path.glob("closed-*")} == {f"closed-{pid}" for pid in begun}
    assert not any(folder.exists() for folder in begun.values())
    for pid in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)
