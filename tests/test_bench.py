"""Each benchmark runs to its end in a short form. docs/explanation/performance.md has the measurements."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The options of a short run. Its figures say nothing about speed or quality.
SHORT = {
    "answers": "--reviews 2000 --rounds 1 --seconds 1",
    "desk": "--reviews 2000 --rounds 1",
    "finding": "--reviews 10",
    "matching": "--reviews 20 --posts 4",
    "pairs": "--reviews 20 --pairs 4",
    "query_map": "--reviews 60 --posts 12",
    "same_statement": "--pairs 200",
    "searching": "--reviews 2000 --few 1000 --rounds 1",
    "starvation": "--reviews 500 --seconds 1",
    "writing": "--reviews 20 --singles 5",
}


@pytest.mark.prove
@pytest.mark.usefixtures("real_data")
@pytest.mark.parametrize("name", SHORT)
def test_benchmark_ends_and_prints_its_rows(name: str, tmp_path: Path) -> None:
    variables = {"EMBEDDINGS_URL": "", "BENCH_VECTORS": str(tmp_path / "vectors.sqlite3")}
    done = subprocess.run(
        [sys.executable, f"bench/{name}.py", *SHORT[name].split()],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False, env=os.environ | variables,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    assert [row for row in rows if len(row) == 5], done.stdout


def test_each_benchmark_is_cited_and_has_a_short_run() -> None:
    page = (ROOT / "docs/explanation/performance.md").read_text(encoding="utf-8")
    programs = {file.stem for file in (ROOT / "bench").glob("*.py") if "report(" in file.read_text(encoding="utf-8")}
    assert programs - {"table"} == SHORT.keys() == set(re.findall(r"`(?:bench/)?(\w+)\.py`", page)) - {"test_plans"}


def test_posts_for_tuning_are_about_other_claims_than_the_held_back_ones():
    held_back, tuning = (
        {each.get("review") or each.get("statement") or each["claim"] for each in json.loads(file.read_bytes())}
        for file in (ROOT / "bench" / "languages.json", ROOT / "bench" / "languages_tuning.json")
    )
    assert not held_back & tuning
