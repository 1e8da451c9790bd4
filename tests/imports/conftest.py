"""Files that an import of a test reads and writes, and a review that was imported."""

from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

from factcheck.editorial.models import Review
from tests.imports.own_records import publish, record, take
from tests.support.databases import Ground, ground_fixture
from tests.support.drafts import Newsroom


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Refused records are written there by the file's name, which tests that run side by side may share."""
    monkeypatch.setattr(settings, "VAR", tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes what it imports."""
    return tmp_path / "reviews.jsonl"


def publish_import(_newsroom: Newsroom) -> Review:
    """Import the review of `record()`, and publish it."""
    with TemporaryDirectory() as folder:
        take(Path(folder) / "reviews.jsonl", record())
    publish()
    return Review.objects.get()


imported_ground = ground_fixture(publish_import, after="newsroom_ground")


@pytest.fixture
def imported(imported_ground: Ground, database: str) -> Review:
    """The published review of `record()`, in a database of its own."""
    return deepcopy(imported_ground.made)
