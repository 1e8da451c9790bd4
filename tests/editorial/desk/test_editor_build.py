"""The editor's file in the tree is exactly what its sources and its lock give."""

import shutil
import subprocess
from pathlib import Path

import pytest

EDITOR = Path("factcheck/editorial/editor")
BUILT = Path("factcheck/editorial/static/editorial")


@pytest.mark.prove
def test_editor_is_built_from_its_lock(tmp_path: Path) -> None:
    """Installs the locked packages from npm's registry, and compares the files byte by byte."""
    if shutil.which("npm") is None:
        pytest.skip("npm isn't installed")
    copy = tmp_path / "editor"
    shutil.copytree(EDITOR, copy, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=copy, check=True, timeout=300)
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=copy, check=True, timeout=60)
    for name in ("editor.js", "editor.licences.txt"):
        assert (tmp_path / name).read_bytes() == (BUILT / name).read_bytes(), "Run: make editor"


def test_editor_is_small_and_names_its_licences() -> None:
    size = (BUILT / "editor.js").stat().st_size
    assert size < 400_000
    text = (BUILT / "editor.licences.txt").read_text(encoding="utf-8")
    assert {line for line in text.splitlines() if line.endswith(")") and line[:1] in "@cmlstw" and " (" in line}
    assert "sourceMappingURL" not in (BUILT / "editor.js").read_text(encoding="utf-8")
