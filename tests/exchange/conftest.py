"""The real files that importers are tried on; they lie beside the repository and may not be copied into it."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files. Its absence is a failure, never a skip."""
    if not DATA.is_dir():
        pytest.fail(f"The real files are missing: {DATA} is no folder.")
    return DATA
