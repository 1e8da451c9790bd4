"""The benchmarks' own database can be filled. docs/explanation/performance.md has the measurements."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.prove
@pytest.mark.usefixtures("real_data")
def test_database_of_benchmarks_is_filled_by_two_processes():
    filled = subprocess.run(
        [sys.executable, "bench/loading.py", "8000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert filled.stdout.startswith("8000 {")
