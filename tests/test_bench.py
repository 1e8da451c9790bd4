"""The benchmarks' own database can be filled. docs/explanation/performance.md has the measurements."""

import json
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


def test_posts_for_tuning_are_about_other_claims_than_the_held_back_ones():
    held_back, tuning = (
        {each.get("review") or each.get("statement") or each["claim"] for each in json.loads(file.read_bytes())}
        for file in (ROOT / "bench" / "languages.json", ROOT / "bench" / "languages_tuning.json")
    )
    assert not held_back & tuning
