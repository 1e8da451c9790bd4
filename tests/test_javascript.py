"""The linter of `make check` finds what a browser would only report to a reader (.oxlintrc.json)."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ("document.title = titel;", "no-undef"),
        ("const title = 1;", "no-unused-vars"),
        ("function f() {\n  return 1;\n  document.title = 2;\n}\nf();", "no-unreachable"),
        ("const title = 1;\ntitle = document.title;", "no-const-assign"),
    ],
)
def test_faults_in_scripts_are_found(tmp_path: Path, script: str, rule: str) -> None:
    shutil.copy(ROOT / ".oxlintrc.json", tmp_path)
    (tmp_path / "script.js").write_text(script)
    oxlint = Path(sys.executable).with_name("oxlint")
    done = subprocess.run([oxlint], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, f"({rule})" in done.stdout) == (1, True), done.stdout
