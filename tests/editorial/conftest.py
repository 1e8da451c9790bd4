"""Fixtures that several tests of the editors share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.evidence import stored_in


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Path]:
    with stored_in(tmp_path) as folder:
        yield folder
