"""Files to import: one of a test's own, and the real ones, which lie beside the repository and may not be copied into it."""

from pathlib import Path

import pytest
from django.conf import settings

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files. Its absence is a failure, never a skip."""
    if not DATA.is_dir():
        pytest.fail(f"The real files are missing: {DATA} is no folder.")
    return DATA


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What an import refuses is written there by the file's name, which tests that run side by side may share."""
    monkeypatch.setattr(settings, "VAR", tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes what it imports."""
    return tmp_path / "reviews.jsonl"
