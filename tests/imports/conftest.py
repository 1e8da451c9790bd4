"""Files that an import of a test reads and writes."""

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Refused records are written there by the file's name, which tests that run side by side may share."""
    monkeypatch.setattr(settings, "VAR", tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes what it imports."""
    return tmp_path / "reviews.jsonl"
